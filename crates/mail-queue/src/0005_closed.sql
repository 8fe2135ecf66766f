-- The key of a body that lies closed, wrapped; NULL where the body lies as it is. It goes with the message.
ALTER TABLE queue_message ADD COLUMN body_key BLOB;
-- Which copy of a secure letter a delivery brings; NULL on every other one.
ALTER TABLE queue_delivery ADD COLUMN slot BLOB;
