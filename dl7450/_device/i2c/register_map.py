"""`RegisterMap`: a device that is nothing but its registers."""

from __future__ import annotations

from collections.abc import Collection, Mapping


class RegisterMap:
    """Keeps bytes by register. What is longer than a register goes on in the next one, as devices count up.

    Attributes:
        registers: the bytes of each; a test may change them.
        read_only: those that cannot be written.
    """

    def __init__(self, registers: Mapping[int, bytes], read_only: Collection[int] = ()) -> None:
        """
        Parameters:
            registers: the bytes of each.
            read_only: those that cannot be written.
        """
        self.registers = dict(registers)
        self.read_only = frozenset(read_only)

    def read(self, register: int, nbytes: int) -> bytes:
        """Read bytes. Raises `OSError` where there is no register."""
        data = b""
        while len(data) < nbytes or not data:
            data += self._register(register)
            register += 1
        return data[:nbytes]

    def write(self, register: int, data: bytes) -> None:
        """Write bytes: all, or none. Raises `OSError` where there is no register, or one that is only read."""
        written = {}
        while True:
            before = self._register(register)
            if register in self.read_only and data:
                raise OSError(f"the register {register:#04x} is read-only")
            written[register] = data[: len(before)] + before[len(data) :]
            data = data[len(before) :]
            register += 1
            if not data:
                break
        self.registers.update(written)

    def _register(self, register: int) -> bytes:
        try:
            return self.registers[register]
        except KeyError:
            raise OSError(f"there is no register {register:#04x}") from None
