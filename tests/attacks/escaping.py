"""Getting out: mounts, namespaces, other processes, programs, the network."""

import ctypes
import fcntl
import mmap
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import torch

from autograder.sandbox.isolation import Level
from tests.attacks.corpus import attack
from tests.attacks.tools import PLACES, attempt, call, lines_of, look, syscall, text_of


@attack()
def mounts() -> None:
    """Nothing can be mounted, unmounted, bound or pivoted."""
    attempt("tmpfs", lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, None))
    attempt("bind", lambda: call("mount", b"/", b"/tmp", None, 4096, None))
    attempt("proc", lambda: call("mount", b"proc", b"/proc", b"proc", 0, None))
    attempt("remount", lambda: call("mount", None, b"/", None, 32, None))
    attempt("unmount", lambda: call("umount2", b"/proc", 2))
    attempt("pivot_root", lambda: syscall(155, 41, ctypes.c_char_p(b"."), ctypes.c_char_p(b".")))
    attempt("fsopen", lambda: syscall(430, 430, ctypes.c_char_p(b"tmpfs"), 0))
    attempt("open_tree", lambda: syscall(428, 428, -100, ctypes.c_char_p(b"/"), 1))
    attempt("chroot", lambda: os.chroot("/tmp"))


@attack()
def namespaces() -> None:
    """No new namespace can be made, and none of another process entered."""
    for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x8000000, 0x4000000, 0x2000000, 0x80):
        attempt(f"unshare {flag:#x}", lambda flag=flag: call("unshare", flag))
        attempt(f"clone {flag:#x}", lambda flag=flag: syscall(56, 220, flag | signal.SIGCHLD, 0, 0, 0, 0))
    attempt("clone3", lambda: syscall(435, 435, (ctypes.c_uint64 * 11)(0x10000000), 88))
    for kind in ("user", "mnt", "net", "pid"):
        for process in ("self", str(PLACES["grader"]), "1"):
            path = f"/proc/{process}/ns/{kind}"
            attempt(f"setns {path}", lambda path=path: call("setns", os.open(path, os.O_RDONLY), 0))


@attack()
def debugging_others() -> None:
    """No process can be traced, and none holds a handle on another."""
    for process in {PLACES["grader"], 1, os.getppid() or 1}:
        for request in (16, 0x4206, 4, 7):
            attempt(
                f"ptrace {request} {process}",
                lambda request=request, process=process: syscall(101, 117, request, process, 0, 0),
            )
        attempt(f"pidfd_open {process}", lambda process=process: os.pidfd_open(process))
    attempt("traceme", lambda: syscall(101, 117, 0, 0, 0, 0))
    attempt("pidfd_getfd", lambda: syscall(438, 438, 3, 0, 0))
    attempt("pidfd_send_signal", lambda: syscall(424, 424, 3, 9, 0, 0))


@attack()
def programs() -> None:
    """No program can be started, by whatever name of exec."""
    line = [sys.executable, "-c", "print('GOT THROUGH: a program runs')"]
    attempt("execv", lambda: os.execv(sys.executable, line))
    attempt("spawn", lambda: os.posix_spawn(sys.executable, line, {}))
    attempt("subprocess", lambda: subprocess.run(line))
    attempt("shell", lambda: 1 // (call("system", b"true") == 0))
    attempt("popen", lambda: os.popen("id").read()[0])
    attempt(
        "execveat",
        lambda: syscall(322, 281, os.open(sys.executable, os.O_RDONLY), ctypes.c_char_p(b""), 0, 0, 0x1000),
    )
    attempt("memory file", lambda: os.memfd_create("program"))


@attack()
def processes() -> None:
    """No process can be made."""
    attempt("fork", lambda: os.fork() or os._exit(0))
    attempt("fork in C", lambda: call("fork") or os._exit(0))
    attempt("vfork", lambda: (1 // (os.uname().machine == "x86_64") and syscall(58, -1)) or os._exit(0))
    attempt("clone", lambda: syscall(56, 220, signal.SIGCHLD, 0, 0, 0, 0) or os._exit(0))
    attempt("pseudo terminal", lambda: os.forkpty())


@attack()
def every_family_of_sockets() -> None:
    """No socket leads out of the process, of whatever family and type."""
    for family in range(46):
        for kind in (1, 2, 3, 5):
            if family != socket.AF_UNIX:
                attempt(
                    f"socket {family} {kind}", lambda family=family, kind=kind: socket.socket(family, kind)
                )
    attempt("socketpair", lambda: socket.socketpair(socket.AF_INET, socket.SOCK_STREAM))


@attack()
def servers_of_the_machine() -> None:
    """A listening server on this machine is not reached, by address, path or abstract name."""

    def connect(family: int, address: object, kind: int = socket.SOCK_STREAM) -> None:
        with socket.socket(family, kind) as connection:
            connection.settimeout(2)
            connection.connect(address)

    attempt("tcp", lambda: connect(socket.AF_INET, ("127.0.0.1", PLACES["tcp"])))
    attempt("udp", lambda: connect(socket.AF_INET, ("127.0.0.1", 53), socket.SOCK_DGRAM))
    attempt("path", lambda: connect(socket.AF_UNIX, PLACES["socket"]))
    attempt("abstract", lambda: connect(socket.AF_UNIX, "\0" + PLACES["abstract"]))
    ours, _theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    attempt("sendto", lambda: ours.sendto(b"x", PLACES["socket"]))
    for path in ("/run/dbus/system_bus_socket", "/var/run/docker.sock", "/tmp/.X11-unix/X0", "/dev/log"):
        attempt(path, lambda path=path: connect(socket.AF_UNIX, path))


@attack()
def loopback_brought_up() -> None:
    """The child has no right over its own network, not even to switch the loopback on."""
    request = struct.pack("16sH14x", b"lo", 1)
    attempt("loopback", lambda: fcntl.ioctl(socket.socket(socket.AF_UNIX), 0x8914, request))
    attempt("loopback through the channel", lambda: fcntl.ioctl(3, 0x8914, request))


@attack()
def shared_memory() -> None:
    """No memory, queue or semaphore is shared with another process."""
    for numbers in ((29, 194), (64, 190), (68, 186)):
        attempt(f"get {numbers}", lambda numbers=numbers: syscall(*numbers, 0x4242, 1 << 12, 0o1666))
    for number in range(8):
        attempt(f"shmat {number}", lambda number=number: syscall(30, 196, number, 0, 0))
    attempt("mq_open", lambda: syscall(240, 180, ctypes.c_char_p(b"note"), 0o102, 0o666, 0))
    attempt("memfd_secret", lambda: syscall(447, 447, 0))


@attack()
def signals_to_others() -> None:
    """No signal reaches another process, not even the one that only asks whether it could."""
    others = {PLACES["grader"], os.getppid(), os.getpid() + 1, os.getpid() - 1, -1} - {0, os.getpid(), 1}
    for process in others:
        attempt(f"kill {process}", lambda process=process: os.kill(process, 0))
        attempt(f"killpg {process}", lambda process=process: os.killpg(abs(process), 0))
        attempt(f"tgkill {process}", lambda process=process: syscall(234, 131, process, process, 0))
        attempt(f"sigqueue {process}", lambda process=process: call("sigqueue", process, 0, 0))


@attack(levels=(Level.FULL, Level.SHARED))
def kill_everybody() -> None:
    """kill(-1) reaches nobody: the sibling and the zygote live on."""
    look(lambda: os.kill(-1, signal.SIGKILL))
    look(lambda: os.kill(-1, signal.SIGTERM))
    look(lambda: os.killpg(0, signal.SIGCONT))


@attack()
def signals_by_way_of_a_pipe() -> None:
    """A pipe that is to signal its owner signals nobody but the child itself."""

    def own(process: int) -> None:
        reader, writer = os.pipe()
        fcntl.fcntl(reader, 10, signal.SIGKILL)
        fcntl.fcntl(reader, fcntl.F_SETOWN, process)
        fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        os.write(writer, b"x")

    # Whoever it hit would be missed: the sibling, the zygote or the grader.
    for process in range(os.getpid() - 5, os.getpid() + 5):
        if process not in (os.getpid(), 0):
            look(lambda process=process: own(process))
    look(lambda: own(os.getppid()) if os.getppid() else None)
    look(lambda: own(PLACES["grader"]))
    time.sleep(0.1)


@attack()
def limits_of_others() -> None:
    """Nobody's limits, priorities or processors can be changed, one's own not for the better."""
    for process in {PLACES["grader"], os.getppid(), os.getpid() + 1, os.getpid() - 1} - {0, os.getpid()}:
        attempt(
            f"limit {process}", lambda process=process: resource.prlimit(process, resource.RLIMIT_CPU, (1, 1))
        )
        attempt(f"priority {process}", lambda process=process: os.setpriority(os.PRIO_PROCESS, process, 19))
        attempt(f"processor {process}", lambda process=process: os.sched_setaffinity(process, {0}))
    for kind in ("CPU", "AS", "NOFILE", "FSIZE", "NPROC", "CORE", "MEMLOCK"):
        attempt(
            f"own {kind}",
            lambda kind=kind: resource.setrlimit(getattr(resource, f"RLIMIT_{kind}"), (1 << 40, 1 << 40)),
        )
    attempt("nice", lambda: os.nice(-5))
    attempt("oom score", lambda: Path("/proc/self/oom_score_adj").write_text("-1000"))


@attack()
def rights_back() -> None:
    """User 0, capabilities and a new start without the filter are not to be had."""
    attempt("setuid", lambda: os.setuid(0))
    attempt("setresuid", lambda: os.setresuid(0, 0, 0))
    attempt("setgroups", lambda: os.setgroups([0]))
    header = struct.pack("Ii", 0x20080522, 0)
    attempt("capset", lambda: call("capset", header, struct.pack("IIIIII", *[0xFFFFFFFF] * 6)))
    attempt("seccomp off", lambda: call("prctl", 22, 0, 0, 0, 0))
    attempt("user map", lambda: Path("/proc/self/uid_map").write_text("0 0 1"))
    attempt("personality", lambda: call("personality", 0x40000))
    for line in lines_of("/proc/self/status"):
        if line.startswith(("CapEff", "CapPrm", "CapAmb")):
            # A division by zero where there is none.
            attempt(line, lambda line=line: 1 / int(line.split()[1], 16))


@attack()
def kernel_doors() -> None:
    """What reaches deep into the kernel is closed: bpf, perf, keys, modules, io_uring, userfaultfd."""
    doors = """bpf 321 280, perf_event_open 298 241, userfaultfd 323 282, keyctl 250 219, add_key 248 217,
        io_uring_setup 425 425, init_module 175 105, finit_module 313 273, kexec_load 246 104, syslog 103 116,
        fanotify_init 300 262, quotactl 179 60, acct 163 89, vmsplice 278 75, modify_ldt 154 9999"""
    for door in doors.split(","):
        name, *numbers = door.split()
        attempt(name, lambda numbers=numbers: syscall(*map(int, numbers), 0, 0, 0, 0, 0))


@attack(ends="crashed")
def calls_of_another_architecture() -> None:
    """A 32-bit system call from machine code ends the process instead of passing under another number."""
    if os.uname().machine != "x86_64":
        os.kill(os.getpid(), signal.SIGSYS)
    # mov eax, 2 (fork); int 0x80; ret
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x02\x00\x00\x00\xcd\x80\xc3")
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    attempt("32-bit fork", lambda: ctypes.CFUNCTYPE(ctypes.c_int)(address)())


@attack()
def calls_by_x32_numbers() -> None:
    """The second set of numbers on x86_64 leads to the same refusals."""
    for number in (57, 58, 59, 41, 165, 272, 520, 545):
        attempt(f"x32 {number}", lambda number=number: syscall(number | 0x40000000, -1, 0, 0, 0, 0, 0))


@attack()
def writing_to_the_system() -> None:
    """The system, the environment, torch and the kit are read-only."""
    import autograder

    kit = os.path.dirname(str(autograder.__file__))
    for place in (
        "/",
        "/usr/lib",
        "/etc",
        "/proc",
        "/sys",
        "/kit",
        kit,
        PLACES["repository"],
        PLACES["home"],
    ):
        attempt(f"write in {place}", lambda place=place: Path(place, "attack.txt").write_text("x"))
        attempt(f"folder in {place}", lambda place=place: Path(place, "attack").mkdir())
    for name in (str(torch.__file__), kit + "/__init__.py"):
        attempt(f"append to {name}", lambda name=name: os.open(name, os.O_WRONLY))
        attempt(f"truncate {name}", lambda name=name: os.truncate(name, 0))
        attempt(f"remove {name}", lambda name=name: os.unlink(name))
        attempt(f"replace {name}", lambda name=name: os.rename("/dev/null", name))
        attempt(f"mode of {name}", lambda name=name: os.chmod(name, 0o777))
        attempt(f"times of {name}", lambda name=name: os.utime(name))
        attempt(f"attributes of {name}", lambda name=name: os.setxattr(name, "user.x", b"y"))


@attack()
def devices_and_terminals() -> None:
    """No device can be made, and nothing typed into the terminal of whoever started the grader."""
    attempt("mknod", lambda: os.mknod("disk", 0o60666, os.makedev(8, 0)))
    attempt("null by mknod", lambda: os.mknod("null", 0o20666, os.makedev(1, 3)))
    for path in ("/dev/tty", "/dev/ptmx", "/dev/console", "/dev/mem", "/dev/kmsg", "/dev/fuse", "/dev/kvm"):
        attempt(path, lambda path=path: os.open(path, os.O_RDWR))
    for number in (0, 1, 2, 3):
        attempt(f"type into {number}", lambda number=number: fcntl.ioctl(number, 0x5412, b"x"))


@attack(rounds=2)
def note_for_the_next_one() -> None:
    """What one submission writes, wherever it can, the next one does not find."""
    folders = {"/tmp", "/dev/shm", "/var/tmp", "/dev", os.environ["HOME"], "/home/student", ".."}
    for folder, names, _ in os.walk("/dev"):
        folders |= {os.path.join(folder, name) for name in names}
    notes = [Path(folder, "attack-note.txt") for folder in sorted(folders)]
    for note in notes:
        attempt(f"find {note}", lambda note=note: text_of(str(note)))
    for note in notes:
        look(lambda note=note: note.write_text("parameter names are fc1, fc2"))
    for name in ("attack", "note"):
        attempt(
            f"semaphore {name}", lambda name=name: 1 // (ctypes.CDLL(None).sem_open(name.encode(), 0) != 0)
        )
