"""The registry's outbox handlers, named once when the apps are ready."""

from registry.services import notices, outbox, reminders

outbox.register(notices.TOPIC, notices.notice_deliver, given_up=notices.notice_give_up)
outbox.register(reminders.TOPIC, reminders.reminder_queue)
