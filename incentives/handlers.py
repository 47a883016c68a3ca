"""The outbox handlers of incentives, named once when the apps are ready."""

from incentives.services import honour_reminders
from registry.services import outbox

outbox.register(honour_reminders.TOPIC, honour_reminders.honour_reminder_queue)
