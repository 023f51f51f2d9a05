"""While a device is verified, the relay measures its tunnel with these two servers; no renter is here yet."""

import os
import socketserver
import threading

BLOCK = os.urandom(4 * 1024 * 1024)


class Download(socketserver.BaseRequestHandler):
    """Sends 4 MiB of random bytes and closes."""

    def handle(self):
        self.request.sendall(BLOCK)


class Upload(socketserver.BaseRequestHandler):
    """Swallows what comes; after its end one byte says that all of it has arrived."""

    def handle(self):
        while self.request.recv(256 * 1024):
            pass
        self.request.sendall(b".")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


threading.Thread(target=Server(("", 443), Upload).serve_forever).start()
Server(("", 80), Download).serve_forever()
