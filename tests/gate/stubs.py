"""Programs that stand in for llama.cpp's own: they say what they were given instead of running a model."""

from __future__ import annotations

import sys
from pathlib import Path

_COMMON = """\
#!{python} -I
import hashlib, json, os, signal, sys, time
if sys.argv[1:] == ["--version"]:
    print("version: 14242 (stub)", file=sys.stderr)
    if {leak!r}:
        open({leak!r}, "w").write(json.dumps(dict(os.environ)))
    sys.exit(0)
def said():
    model = sys.argv[sys.argv.index("-m") + 1]
    return {{
        "argv": sys.argv[1:],
        "env": dict(os.environ),
        "cwd": os.getcwd(),
        "sha256": hashlib.sha256(open(model, "rb").read()).hexdigest(),
        "files": {{p: open(p, "rb").read(8).hex() for p in sys.argv if p.startswith("/dev/fd/")}},
    }}
{body}
"""

#: Writes what it was given, as the text of a model.
TELLS = "print(json.dumps(said()), flush=True)"

_SERVER = """\
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def log_message(self, *words): pass
    def reply(self, body, kind):
        self.send_response(200); self.send_header("Content-Type", kind); self.end_headers(); self.wfile.write(body)
    def do_GET(self):
        self.reply(b"{}", "application/json")
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        told = json.dumps({"path": self.path, "body": body, **said()})
        chunks = [{"choices": [{"text": told}]}, {"choices": [{"text": "", "finish_reason": "stop"}]}]
        lines = ["data: " + json.dumps(c) for c in chunks] + ["data: [DONE]", ""]
        self.reply("\\n\\n".join(lines).encode(), "text/event-stream")
words = sys.argv
HTTPServer((words[words.index("--host") + 1], int(words[words.index("--port") + 1])), Handler).serve_forever()
"""


def write_stub(folder: Path, body: str = TELLS, name: str = "llama-cli", leak: Path | None = None) -> Path:
    """``leak``: where the answer to --version notes its environment."""
    path = folder / name
    path.write_text(_COMMON.format(python=sys.executable, body=body, leak=str(leak) if leak else ""))
    path.chmod(0o755)
    return path


def write_server_stub(folder: Path) -> Path:
    return write_stub(folder, _SERVER, "llama-server")
