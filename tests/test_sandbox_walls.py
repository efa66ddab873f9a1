from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from autograder.limits import Limits
from autograder.sandbox import namespaces, visible
from autograder.sandbox.isolation import Level
from tests.warm_sandboxes import WALLED, value_of, warm

REPOSITORY = Path(__file__).parent.parent
ATTEMPT = """
import ctypes, os, resource, signal, socket, subprocess, sys, threading
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)
answer = {}
def attempt(name, action):
    try:
        result = action()
    except BaseException as error:
        answer[name] = None
    else:
        answer[name] = repr(result)[:200]
def call(name, *arguments):
    # Through the C library, as an extension module would.
    result = getattr(libc, name)(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result
"""


@pytest.fixture(params=WALLED, ids=lambda level: level.value)
def level(request):
    return request.param


@pytest.fixture
def child(level):
    with warm(level).child(Limits()) as child:
        yield child


def succeeded(child, attacks: str) -> list[str]:
    """The names of the attempts that did not raise."""
    return [name for name, result in value_of(child, ATTEMPT + attacks).items() if result is not None]


def test_attempts_that_work_are_seen(child):
    assert succeeded(child, "attempt('compute', lambda: 1 + 1)\nattempt('fail', lambda: 1 / 0)") == [
        "compute"
    ]


def test_no_process_can_be_started(child):
    attacks = """
attempt("fork", os.fork)
attempt("fork by the C library", lambda: call("fork"))
attempt("vfork", lambda: call("syscall", 58) if os.uname().machine == "x86_64" else 1 / 0)
attempt("clone3", lambda: call("syscall", 435, None, 0))
attempt("exec", lambda: os.execv(sys.executable, [sys.executable, "-c", "pass"]))
attempt("spawn", lambda: os.posix_spawn(sys.executable, [sys.executable], {}))
attempt("subprocess", lambda: subprocess.run([sys.executable, "-c", "pass"]))
attempt("unshare", lambda: call("unshare", 0x10000000))
attempt("memory file", lambda: os.memfd_create("x"))
"""
    assert succeeded(child, attacks) == []


def test_no_network_and_no_socket_of_the_machine_is_reached(child, tmp_path):
    tmp_path.chmod(0o755)
    name = f"sandbox-test-{os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as by_path,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        by_path.bind(str(tmp_path / "socket"))
        abstract.bind("\0" + name)
        for server in (by_path, abstract):
            server.listen()
        os.chmod(tmp_path / "socket", 0o777)
        attacks = f"""
def connect(family, address, kind=socket.SOCK_STREAM):
    with socket.socket(family, kind) as connection:
        connection.settimeout(2)
        connection.connect(address)
attempt("tcp", lambda: connect(socket.AF_INET, {tcp.getsockname()!r}))
attempt("udp", lambda: connect(socket.AF_INET, ("127.0.0.1", 53), socket.SOCK_DGRAM))
attempt("ipv6", lambda: connect(socket.AF_INET6, ("::1", 53)))
attempt("unix path", lambda: connect(socket.AF_UNIX, {str(tmp_path / "socket")!r}))
attempt("abstract", lambda: connect(socket.AF_UNIX, "\\0{name}"))
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))
attempt("names", lambda: socket.getaddrinfo("localhost", 80)[0] and connect(socket.AF_INET, {tcp.getsockname()!r}))
"""
        assert succeeded(child, attacks) == []


def test_neither_the_repository_nor_files_of_the_machine_are_read(child, tmp_path):
    secret = Path("/tmp") / f"sandbox-test-{os.getpid()}.txt"
    secret.write_text("secret")
    secret.chmod(0o644)
    try:
        attacks = f"""
sys.path.insert(0, {str(REPOSITORY)!r})
for name in ("solutions", "solutions.blocks", "autograder.checks.hidden", "autograder.checks.messages",
             "autograder.grading", "autograder.catalogue", "autograder.sandbox.client", "tests.warm_sandboxes"):
    attempt("import " + name, lambda: __import__("importlib").import_module(name).__file__[:0] + "imported")
for path in {[str(secret), *visible.forbidden_paths(), str(REPOSITORY / "pyproject.toml"), __file__]!r}:
    attempt("read " + path, lambda: Path(path).read_text() if not Path(path).is_dir() else os.listdir(path))
for path in ("/etc/passwd", "/etc/hostname", "/etc/shadow", "/var/log", "/run", "/boot"):
    attempt("read " + path, lambda: Path(path).read_text() if not Path(path).is_dir() else os.listdir(path)[0])
"""
        assert succeeded(child, attacks) == []
    finally:
        secret.unlink()


def test_other_processes_are_neither_seen_into_nor_signalled(child):
    host = os.getpid()
    attacks = f"""
for process in {{"1", str(os.getppid()), "{host}"}}:
    for what in ("environ", "maps", "mem", "cmdline"):
        if process != str(os.getpid()):
            attempt(f"/proc/{{process}}/{{what}}", lambda: open(f"/proc/{{process}}/{{what}}", "rb").read(1))
for process in {{os.getppid(), {host}, -1}} - {{0, os.getpid()}}:
    attempt(f"kill {{process}}", lambda: os.kill(process, signal.SIGUSR1))
    attempt(f"kill {{process}} with 0", lambda: os.kill(process, 0))
    attempt(f"limits of {{process}}", lambda: resource.prlimit(process, resource.RLIMIT_CPU, (1, 1)))
    attempt(f"priority of {{process}}", lambda: os.setpriority(os.PRIO_PROCESS, process, 19))
    attempt(f"queued signal {{process}}", lambda: call("sigqueue", process, 10, 0))
attempt("ptrace", lambda: call("ptrace", 16, {host}, 0, 0))
attempt("pidfd", lambda: os.pidfd_open({host}))
attempt("parent's priority", lambda: os.getppid() and os.setpriority(os.PRIO_PROCESS, os.getppid(), 19) or 1 / os.getppid())
"""
    assert succeeded(child, attacks) == []


def test_nothing_outside_the_scratch_folder_is_written(child, level):
    places = [
        *("/", "/usr/lib", "/etc", "/proc", "/sys", "/dev", "/kit", "/kit/autograder", "/var/tmp"),
        *(str(REPOSITORY), *visible.python_folders(), *map(str, visible.site_folders())),
        *(["/tmp"] if level is not Level.FULL else []),
        *([namespaces.HOME, "/dev/shm"] if level is Level.SHARED else []),
    ]
    attacks = f"""
for place in {places!r}:
    attempt("write in " + place, lambda: Path(place, "sandbox-test").write_text("x"))
    attempt("make a folder in " + place, lambda: Path(place, "sandbox-folder").mkdir())
import torch
attempt("overwrite torch", lambda: open(torch.__file__, "ab"))
attempt("truncate torch", lambda: os.truncate(torch.__file__, 0))
attempt("remove torch", lambda: os.unlink(torch.__file__))
attempt("mode of torch", lambda: os.chmod(torch.__file__, 0o777))
attempt("oom score", lambda: Path("/proc/self/oom_score_adj").write_text("-1000"))
attempt("mount", lambda: call("mount", b"none", b"/usr/lib", b"tmpfs", 0, None))
attempt("chroot", lambda: os.chroot("/tmp"))
attempt("device", lambda: os.mknod("null", 0o20666, os.makedev(1, 3)))
"""
    assert succeeded(child, attacks) == []


def test_scratch_is_writable_bounded_and_gone_with_its_child(level):
    if not level.uses_bubblewrap:
        pytest.skip("there is no writable folder at this level")
    sandbox = warm(level)
    source = """
import os, tempfile
from pathlib import Path
Path("kept.txt").write_text("mine")
with tempfile.TemporaryFile() as file: file.write(b"x")
try:
    Path("big").write_bytes(bytes(80 << 20))
    big = True
except OSError:
    big = False
answer = [Path("~/kept.txt").expanduser().read_text(), big, os.getcwd()]
"""
    with sandbox.child(Limits()) as first, sandbox.child(Limits()) as second:
        kept, big, folder = value_of(first, source)
        assert (kept, big) == ("mine", False)
        look = f"import os; answer = os.path.exists('kept.txt')\ntry: answer = answer or 'kept.txt' in os.listdir({folder!r})\nexcept OSError: pass"
        assert value_of(second, look) is False
    with sandbox.child(Limits()) as third:
        assert value_of(third, look) is False


def test_limits_hold_and_can_not_be_raised(child):
    attacks = """
for kind in ("CPU", "AS", "NOFILE", "FSIZE", "CORE", "NPROC"):
    limit = getattr(resource, "RLIMIT_" + kind)
    attempt(kind, lambda: resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)))
attempt("1000 threads", lambda: [threading.Thread(target=threading.Event().wait, daemon=True).start() for _ in range(1000)])
attempt("1000 files", lambda: [os.open("/dev/null", os.O_RDONLY) for _ in range(1000)])
"""
    assert succeeded(child, attacks) == []


def test_no_descriptor_beyond_the_channel_is_open(child):
    source = """
import os
def is_open(number):
    try: os.fstat(number)
    except OSError: return False
    return True
answer = [number for number in range(1024) if is_open(number)]
"""
    assert value_of(child, source) == [0, 1, 2, 3]


def test_the_environment_says_nothing_of_the_machine(child):
    names = set(value_of(child, "import os; answer = sorted(os.environ)"))
    allowed = {
        "HOME",
        "TMPDIR",
        "USER",
        "LOGNAME",
        "PATH",
        "LANG",
        "PWD",
        "MPLBACKEND",
        "CUDA_VISIBLE_DEVICES",
    }
    assert {name for name in names if not name.startswith(("OMP_", "MKL_", "KMP_", "TORCH"))} <= allowed
