"""What the engine is measured beside: the chat of Channels' tutorial, and a server that only broadcasts."""
