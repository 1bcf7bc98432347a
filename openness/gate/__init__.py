"""The gate, the last step of the path: hold the audited file, note the run in the log, start the runner or refuse.

The verdict is computed elsewhere and handed in; nothing here judges. The order a caller keeps to:

1. :class:`~openness.gate.held_file.HeldFile` opens the build once; header, hash and audit read through its descriptor.
2. :func:`~openness.gate.options.parse_options` reads what stands behind ``--``; its ``model_files`` are audited too.
3. :func:`~openness.gate.log.append` notes the decision; if it cannot, nothing is started.
4. :func:`~openness.gate.launch.choose` picks a runner, whose ``generate`` or ``serve`` starts on the descriptor.

Threat model: an accidental swap, a stale cache, a shared folder, a hostile file. Not root, and not the same user.
"""
