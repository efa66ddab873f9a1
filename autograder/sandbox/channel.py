"""The trusted end of a child's socket and output pipe: never waits without a deadline, believes nothing."""

from __future__ import annotations

import os
import select
import socket
import time

from autograder.sandbox.buffers import BadValue
from autograder.sandbox.frames import PREFIX, remaining_size

READ_SIZE = 1 << 18


class ChannelClosed(Exception):
    """The child has closed its end: it is ending."""


class OutputFlood(Exception):
    """The child printed more than it may."""


class Channel:
    """Exchanges frames with a child while collecting what it prints."""

    def __init__(self, connection: socket.socket, output: int, kept: int, most: int) -> None:
        """`output`: the pipe's descriptor; `kept` bytes of it are remembered, more than `most` are a flood."""
        self.connection = connection
        self.output = output
        self.kept = kept
        self.most = most
        self.printed = bytearray()
        self.printed_bytes = 0
        self.output_open = True
        connection.setblocking(False)
        os.set_blocking(output, False)

    def exchange(self, frame: bytes, largest: int, deadline: float) -> tuple[bytearray, bytearray]:
        """Send a frame and return the prefix and the rest of the one that answers it.

        Raises TimeoutError, ChannelClosed, OutputFlood, or BadValue when bytes come that nobody asked for.
        """
        self.refuse_unsolicited()
        self.send(memoryview(frame), deadline)
        prefix = self.receive(PREFIX.size, deadline)
        rest = self.receive(remaining_size(prefix, largest), deadline)
        self.drain()
        return prefix, rest

    def refuse_unsolicited(self) -> None:
        """Raise BadValue if bytes lie in the socket before a request is complete."""
        try:
            peeked = self.connection.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return
        except ConnectionError:
            raise ChannelClosed from None
        if not peeked:
            raise ChannelClosed
        raise BadValue("bytes that nobody asked for")

    def send(self, data: memoryview, deadline: float) -> None:
        """All bytes, while the child keeps silent."""
        while data:
            if self.wait(deadline, sending=True) & select.POLLOUT:
                try:
                    data = data[self.connection.send(data) :]
                except BlockingIOError:
                    continue
                except ConnectionError:
                    raise ChannelClosed from None
            if data:
                self.refuse_unsolicited()

    def receive(self, size: int, deadline: float) -> bytearray:
        """Exactly `size` bytes."""
        received = bytearray()
        while len(received) < size:
            if not self.wait(deadline, sending=False):
                continue
            try:
                part = self.connection.recv(min(size - len(received), READ_SIZE))
            except BlockingIOError:
                continue
            except ConnectionError:
                raise ChannelClosed from None
            if not part:
                raise ChannelClosed
            received += part
        return received

    def wait(self, deadline: float, sending: bool) -> int:
        """Wait for the socket, drain the output meanwhile; returns the socket's poll events, 0 for none."""
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        waiting = select.poll()
        waiting.register(self.connection, select.POLLIN | (select.POLLOUT if sending else 0))
        if self.output_open:
            waiting.register(self.output, select.POLLIN)
        ready = dict(waiting.poll(remaining * 1000))
        if self.output in ready:
            self.read_output()
        return ready.get(self.connection.fileno(), 0)

    def read_output(self) -> bool:
        """Take one portion of what was printed; whether there was any. Raises OutputFlood."""
        try:
            part = os.read(self.output, READ_SIZE)
        except BlockingIOError:
            return False
        if not part:
            self.output_open = False
            return False
        self.printed_bytes += len(part)
        self.printed += part[: max(0, self.kept - len(self.printed))]
        if self.printed_bytes > self.most:
            raise OutputFlood
        return True

    def drain(self) -> None:
        """Take all that lies in the pipe; a flood ends at its limit."""
        while self.output_open and self.read_output():
            continue

    def close(self) -> None:
        """Close both ends."""
        self.connection.close()
        os.close(self.output)
