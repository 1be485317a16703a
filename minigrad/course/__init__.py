"""What belongs to the lessons and not to the engine; nothing else imports it."""
