"""How open an AI model really is, and whether you may deploy the build on your disk. Not legal advice."""

__version__ = "0.1.0"
