"""Sources fetch bytes and judge nothing: local builds, folders, hubs; what cannot be had is a value."""
