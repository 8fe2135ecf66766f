-- What is queued of a copy of a secure letter is looked for when its sender takes it back.
CREATE INDEX queue_delivery_by_slot ON queue_delivery (slot) WHERE slot IS NOT NULL;
