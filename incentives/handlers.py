"""The outbox handlers of incentives, named once when the apps are ready."""

from incentives.services import reminders
from registry.services import outbox

outbox.register(reminders.TOPIC, reminders.promise_reminder_queue)
