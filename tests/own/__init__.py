"""The template for a model of one's own, made into projects and tried without Jukebox."""
