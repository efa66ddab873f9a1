"""Reading what is none of a student's business: answers, grades, other people's work, the grader's memory."""

import ctypes
import gc
import importlib
import linecache
import mmap
import os
import socket
import sys
from pathlib import Path

import numpy
import torch

from tests.attacks.corpus import attack
from tests.attacks.tools import (
    PLACES,
    PREFIX,
    attempt,
    call,
    carrier,
    lines_of,
    look,
    names_in,
    syscall,
    take,
    text_of,
)


@attack()
def hidden_checks_by_path() -> None:
    """No file of hidden checks, messages, solutions or the course can be opened."""
    for path in PLACES["answers"]:
        attempt(f"read {path}", lambda path=path: text_of(path))


@attack()
def hidden_checks_by_import() -> None:
    """No module of the kit's trusted side can be imported, wherever the path leads."""
    sys.path[:0] = [PLACES["repository"], *PLACES["answers"], "/", "/kit"]
    importlib.invalidate_caches()
    sys.modules.pop("solutions", None)
    for name in (
        "autograder.checks.hidden.test_blocks",
        "autograder.checks.verdicts",
        "autograder.grading.worker",
        "autograder.sandbox.client",
        "solutions.blocks",
        "tests.mistakes.blocks",
        "tests.attacks.corpus",
    ):
        attempt(f"import {name}", lambda name=name: text_of(importlib.import_module(name).__file__))


@attack()
def package_resources() -> None:
    """Resources, specs and cached bytecode of the kit hold no answers."""
    import importlib.resources
    import importlib.util

    for package in ("autograder.checks", "autograder", "solutions"):
        look(lambda package=package: [text_of(str(p)) for p in importlib.resources.files(package).iterdir()])
    for name in ("autograder.checks.hidden", "autograder.checks.messages", "autograder.reports"):
        look(lambda name=name: importlib.util.find_spec(name))
    look(lambda: text_of("/kit"))


@attack()
def whole_checkout() -> None:
    """Walking the repository and the whole machine finds no file with an answer in it."""
    attempt("walk the repository", lambda: text_of(PLACES["repository"] + "/tests"))
    for folder in ("/work", "/home", "/root", "/srv", "/opt/kit", "/var", "/mnt", "/media", "/run"):
        look(lambda folder=folder: text_of(folder))


@attack()
def other_submissions() -> None:
    """The notebook of a sibling, graded at this very moment, is out of reach."""
    attempt("list the class", lambda: os.listdir(PLACES["submitted"]))
    attempt("read the sibling", lambda: text_of(PLACES["submitted"] + "/sibling"))


@attack()
def gradebook() -> None:
    """Grades, logs and gradebooks can be neither read nor written."""
    attempt("read grades", lambda: text_of(PLACES["grades"]))
    attempt("write grades", lambda: Path(PLACES["grades"], "grades.jsonl").write_text("{}"))
    attempt("gradebook.db", lambda: text_of(PLACES["repository"] + "/course/gradebook.db"))


@attack()
def home_and_tmp_of_the_instructor() -> None:
    """Files that every user of the machine may read are still out of reach."""
    for path in (PLACES["home"], PLACES["tmp"], PLACES["tmp"] + "/../" + os.path.basename(PLACES["tmp"])):
        attempt(f"read {path}", lambda path=path: text_of(path))
    for path in ("/etc/passwd", "/etc/shadow", "/etc/hostname", "/etc/machine-id", "/root/.ssh", "/var/log"):
        attempt(f"read {path}", lambda path=path: text_of(path))


@attack()
def environment() -> None:
    """The environment, as Python and as C see it, says nothing of the grader's."""
    look(lambda: dict(os.environ))
    look(lambda: Path("/proc/self/environ").read_text())
    variables = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
    for index in range(200):
        if variables[index] is None:
            break
        take(variables[index])
    for name in ("GRADER_TOKEN", "SSH_AUTH_SOCK", "VIRTUAL_ENV", "PYTHONPATH"):
        attempt(name, lambda name=name: os.environ[name])


@attack()
def environments_of_other_processes() -> None:
    """/proc shows no other process's environment, command line, files or memory map."""
    others = {name for name in names_in("/proc") if name.isdigit()}
    for process in (others | {"1", str(os.getppid()), str(PLACES["grader"])}) - {str(os.getpid()), "0"}:
        for what in ("environ", "cmdline", "maps", "mem", "stack", "auxv", "status"):
            attempt(f"/proc/{process}/{what}", lambda path=f"/proc/{process}/{what}": Path(path).read_bytes())
        for what in ("cwd", "root", "exe", "ns/user"):
            attempt(f"/proc/{process}/{what}", lambda path=f"/proc/{process}/{what}": os.readlink(path))


@attack()
def memory_of_other_processes() -> None:
    """No system call reads another process's memory."""
    buffer = ctypes.create_string_buffer(64)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 64)
    for process in {PLACES["grader"], os.getppid() or 1, os.getpid() + 1}:
        attempt(
            f"process_vm_readv {process}",
            lambda process=process: syscall(310, 270, process, vector, 1, vector, 1, 0),
        )
        attempt(f"ptrace {process}", lambda process=process: syscall(101, 117, 16, process, 0, 0))
        attempt(f"kcmp {process}", lambda process=process: syscall(312, 272, os.getpid(), process, 0, 0, 0))


@attack()
def walk_through_every_object() -> None:
    """Nothing that lives in the child's Python holds a secret of the trusted side."""
    seen, waiting = set(), [gc.get_objects(), sys.modules, vars(sys)]
    while waiting and len(seen) < 400_000:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, str | bytes) and len(thing) < 100_000:
            text = thing if isinstance(thing, str) else thing.decode("latin-1")
            if PREFIX in text and len(text) < 200:
                take(text)
        elif type(thing) in (list, tuple, dict, set):
            waiting.extend(thing.items() if type(thing) is dict else thing)
    look(lambda: [line for path in list(linecache.cache) for line in linecache.getlines(path)][:50_000])


@attack()
def walk_up_the_frames() -> None:
    """The frames below the student's code hold this request and nothing more."""
    frame = sys._getframe()
    while frame is not None:
        take({name: repr(value)[:2000] for name, value in frame.f_locals.items() if name != "PLACES"})
        take({name: repr(value)[:500] for name, value in frame.f_globals.items() if name != "PLACES"})
        frame = frame.f_back


@attack()
def walk_through_raw_memory() -> None:
    """The child's own pages, a copy of the zygote's, hold no secret either."""
    needle = PREFIX.encode()
    # What the code itself needs to know is no secret, so only finds with a whole token count outside.
    regions = [line.split()[0] for line in lines_of("/proc/self/maps") if line.split()[1].startswith("rw")]
    # Where the map is closed, what lies around the interpreter's own objects.
    regions = regions or [
        f"{id(thing) & ~0xFFF:x}-{(id(thing) & ~0xFFF) + 0x1000:x}" for thing in gc.get_objects()
    ]
    for region in dict.fromkeys(regions):
        start, end = (int(part, 16) for part in region.split("-"))
        if end - start > 256 << 20:
            continue
        data = ctypes.string_at(start, end - start)
        place = data.find(needle)
        while place >= 0:
            take(data[place : place + 60])
            place = data.find(needle, place + 1)


@attack()
def inherited_descriptors() -> None:
    """Beyond input, output and its own channel the child has no descriptor."""

    def what_it_is(number: int) -> str:
        return f"{number}: {os.fstat(number)}"

    for number in range(4, 1024):
        try:
            os.fstat(number)
        except OSError:
            continue
        attempt(f"descriptor {number}", lambda number=number: what_it_is(number))
    attempt(
        "read more from the channel", lambda: socket.socket(fileno=os.dup(3)).recv(99, socket.MSG_DONTWAIT)
    )
    attempt("read the output back", lambda: os.read(1, 10))


@attack()
def libraries_that_open_files() -> None:
    """Files opened by C code meet the same walls."""
    secret = PLACES["tmp"]
    attempt("torch.from_file", lambda: torch.from_file(secret, size=10, dtype=torch.uint8))
    attempt("numpy.fromfile", lambda: numpy.fromfile(secret, dtype="uint8").tobytes())
    attempt("numpy.memmap", lambda: bytes(numpy.memmap(secret, dtype="uint8", mode="r")))
    attempt("mmap", lambda: mmap.mmap(os.open(secret, os.O_RDONLY), 10)[:])
    attempt("path descriptor", lambda: os.open(f"/proc/self/fd/{os.open(secret, os.O_PATH)}", os.O_RDONLY))
    attempt("fopen", lambda: 1 // (ctypes.CDLL(None).fopen(secret.encode(), b"r") != 0))
    look(lambda: linecache.getlines(secret))
    look(
        lambda: [line for path in PLACES["answers"] for line in linecache.getlines(path + "/test_blocks.py")]
    )


@attack()
def links_and_detours() -> None:
    """Links, /proc/self and file handles lead nowhere either."""
    for name, path in (("grades", PLACES["grades"]), ("tmp", PLACES["tmp"])):
        link = f"link-{name}"
        look(lambda path=path, link=link: os.symlink(path, link))
        attempt(f"through a link to {name}", lambda link=link: text_of(link))
        attempt(
            f"hard link to {name}", lambda path=path, link=link: os.link(path + "/notes.txt", link + "-hard")
        )
        for root in ("/proc/self/root", "/proc/self/cwd/../..", "/proc/thread-self/root", "/proc/1/root"):
            attempt(f"{root} to {name}", lambda root=root, path=path: text_of(root + path))
    handle = (ctypes.c_uint * 40)(128)
    attempt(
        "file handle",
        lambda: syscall(
            303, 264, -100, ctypes.c_char_p(PLACES["tmp"].encode()), handle, ctypes.byref(ctypes.c_int()), 0
        ),
    )
    attempt("open by handle", lambda: syscall(304, 265, 3, handle, 0))


@attack()
def message_queues_of_the_machine() -> None:
    """System V queues, semaphores and shared memory of other processes are out of reach."""
    buffer = ctypes.create_string_buffer(512)
    text = ctypes.cast(ctypes.addressof(buffer) + 8, ctypes.c_char_p)

    def receive() -> bytes | None:
        # Without waiting, and a copy: the message stays for the next one.
        call("msgrcv", PLACES["queue"], buffer, ctypes.c_size_t(500), ctypes.c_long(0), 0o4000 | 0o40000)
        return text.value

    def receive_and_remove() -> bytes | None:
        call("msgrcv", PLACES["queue"], buffer, ctypes.c_size_t(500), ctypes.c_long(0), 0o4000)
        return text.value

    attempt("peek into a queue", receive)
    attempt("send to a queue", lambda: call("msgsnd", PLACES["queue"], buffer, ctypes.c_size_t(8), 0o4000))
    attempt("queue's state", lambda: call("msgctl", PLACES["queue"], 2, buffer))
    attempt("queues of the machine", lambda: call("msgctl", 0, 3, buffer))
    attempt("semaphores of the machine", lambda: call("semctl", 0, 0, 3, buffer))
    attempt("shared memory of the machine", lambda: call("shmctl", 0, 3, buffer))
    attempt("read a queue", receive_and_remove)


@attack("SimpleNet")
def loot_in_names_and_texts() -> None:
    """A model whose parameters, errors and prints are named after the loot carries nothing out."""
    look(lambda: text_of(PLACES["submitted"]))
    look(lambda: text_of(PLACES["home"]))
    look(lambda: dict(os.environ))
    SimpleNet = carrier()
    print(SimpleNet)
