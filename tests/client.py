"""`jukebox` and `python` in the terminal of a page: ask the tests' own process for a fork.

`client.py SOCKET WORD …` looks to the page like that fork, which gets its streams, folder and
environment. It passes SIGINT and SIGTERM on, and ends as the fork ends; where no fork answers, with
an error. Nothing slow may be imported here.
"""

import os
import signal
import socket
import sys


def main(address: str, *words: str) -> None:
    """Have words run, wait for their end, and end in the same way."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(address)
        variables = [f"{name}={value}" for name, value in os.environ.items()]
        asked = os.fsencode("\0".join([os.getcwd(), str(len(words)), *words, *variables]))
        socket.send_fds(server, [len(asked).to_bytes(4, "big")], [0, 1, 2])
        server.sendall(asked)
        process = answer(server)
        for polite in (signal.SIGINT, signal.SIGTERM):
            signal.signal(polite, lambda number, frame: os.kill(process, number))
        code = answer(server)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code != signal.SIGKILL else None
        os.kill(os.getpid(), -code)
    sys.exit(code)


def answer(server: socket.socket) -> int:
    """Wait for a number from the tests' process."""
    if not (said := server.recv(4)):
        sys.exit("client.py: the process of the tests has not answered: see what it says")
    return int.from_bytes(said, "big", signed=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
