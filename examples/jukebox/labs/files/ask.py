"""Send a decision with the operator's token: python ask.py ADDRESS JSON."""

import os
import sys
from http.client import HTTPConnection

host, _, path = sys.argv[1].removeprefix("http://").partition("/")
token = {"Authorization": f"Bearer {os.environ.get('JUKEBOX_OPERATOR_TOKEN', '')}"}
service = HTTPConnection(host, timeout=10)
service.request("POST", f"/{path}", sys.argv[2], token)
answer = service.getresponse()
print(answer.status, answer.read().decode())
sys.exit(answer.status != 200)
