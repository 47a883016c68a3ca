"""The negative lists' outbox handlers, named once when the apps are ready."""

from registry.services import outbox
from sanctions.services import trials

outbox.register(trials.TOPIC, trials.trial_run, once=False, given_up=trials.trial_give_up)
