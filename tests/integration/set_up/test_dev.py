"""``./dev`` on machines of all kinds, told by stand-ins for the programs it calls."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


class Machine:
    """A checkout of its own, and stand-ins that come before the machine's programs."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        self.programs = folder / "programs"
        self.calls = folder / "calls"
        self.programs.mkdir()
        (self.checkout / "requirements").mkdir(parents=True)
        shutil.copy(ROOT / "dev", self.checkout / "dev")
        for lock in ("run.txt", "dev.txt"):
            (self.checkout / "requirements" / lock).write_text(f"{lock}\n")
        self.program("sudo", "exit 1")
        self.program("apt-get", "exit 0")

    def program(self, name: str, script: str) -> None:
        """Put a stand-in in place; every call of it is noted."""
        path = self.programs / name
        path.write_text(f'#!/bin/bash\necho "{name} $*" >>{self.calls}\n{script}\n')
        path.chmod(0o755)

    def has_packages(self, *names: str) -> None:
        lines = "".join(f"{name} installed\\n" for name in names)
        self.program("dpkg-query", f"printf '{lines}'")

    def makes_environments(self, pip: str = "exit 0") -> None:
        """Let ``python3 -m venv`` make one whose pip does what is said."""
        python = f'#!/bin/bash\necho "python $*" >>{self.calls}\ncase "$*" in *pip*) {pip} ;; esac'
        self.program("python3", f"mkdir -p $3/bin; cat >$3/bin/python <<'END'\n{python}\nEND\nchmod +x $3/bin/python")

    def called(self, name: str) -> list[str]:
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [line for line in lines if line.split()[0] == name]

    @property
    def command(self) -> list[str]:
        return [str(self.checkout / "dev")]

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": f"{self.programs}:{os.environ['PATH']}", "HOME": str(self.checkout)}

    def dev(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*self.command, *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


ALL_FOR_RUN = [
    "python3",
    "python3-venv",
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "libharfbuzz-subset0",
    "fontconfig",
    "fonts-noto-core",
    "fonts-noto-cjk",
]


def test_without_root_it_prints_the_exact_line_and_changes_nothing(machine: Machine) -> None:
    machine.program("id", "echo 1000")
    machine.has_packages("python3", "fontconfig")

    answer = machine.dev("lotone")

    missing = " ".join(sorted(set(ALL_FOR_RUN) - {"python3", "fontconfig"}))
    assert answer.returncode == 1
    assert f"apt-get update && apt-get install -y --no-install-recommends {missing}\n" in answer.stderr
    assert machine.called("apt-get") == []
    assert not (machine.checkout / ".venv").exists()


def test_root_installs_python_first_and_then_the_rest(machine: Machine) -> None:
    machine.program("id", "echo 0")
    machine.has_packages()
    machine.makes_environments()

    answer = machine.dev("lotone", "--version")

    installs = [call for call in machine.called("apt-get") if " install " in call]
    assert answer.returncode == 0, answer.stderr
    assert len(installs) == 2
    assert installs[0].endswith(" python3 python3-venv")
    assert machine.called("python")[-1] == "python -m web.cli.app --version"


def test_what_is_there_is_not_installed_and_the_second_run_asks_nobody(machine: Machine) -> None:
    machine.has_packages(*ALL_FOR_RUN)
    machine.makes_environments()
    machine.dev("lotone")
    before = machine.called("dpkg-query"), machine.called("python3")

    assert machine.dev("lotone").returncode == 0
    assert (machine.called("dpkg-query"), machine.called("python3")) == before
    assert machine.called("apt-get") == []


def test_a_changed_lock_is_installed(machine: Machine) -> None:
    machine.has_packages(*ALL_FOR_RUN)
    machine.makes_environments()
    machine.dev("lotone")
    (machine.checkout / "requirements" / "run.txt").write_text("another\n")
    machine.dev("lotone")

    pips = [call for call in machine.called("python") if "pip install" in call]
    assert len(pips) == 2
    assert all("--require-hashes" in pip for pip in pips)


def test_a_failed_pip_is_shown_and_tried_again(machine: Machine) -> None:
    machine.has_packages(*ALL_FOR_RUN)
    machine.makes_environments(pip="echo THESE PACKAGES DO NOT MATCH THE HASHES; exit 1")

    answers = [machine.dev("lotone") for _ in range(2)]

    assert [answer.returncode for answer in answers] == [1, 1]
    assert all("DO NOT MATCH THE HASHES" in answer.stderr for answer in answers)


def test_told_to_stop_in_mid_set_up_it_leaves_nothing_running(machine: Machine) -> None:
    machine.has_packages(*ALL_FOR_RUN)
    machine.makes_environments(pip=f"echo $$ >{machine.checkout}/pip.pid; exec sleep 600")
    running = subprocess.Popen([*machine.command, "lotone"], env=machine.environment, stderr=subprocess.DEVNULL)
    pid_file = machine.checkout / "pip.pid"
    while not (pid_file.exists() and pid_file.read_text().strip()):
        time.sleep(0.02)
    running.send_signal(signal.SIGTERM)

    assert running.wait(timeout=60) == 143
    status = Path(f"/proc/{pid_file.read_text().strip()}/status")
    deadline = time.monotonic() + 60
    while status.exists() and "State:\tZ" not in status.read_text():  # It was told to end; let it.
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("arguments", [["bogus"], ["bench", "bogus"]])
def test_an_unknown_command_is_wrong_usage(machine: Machine, arguments: list[str]) -> None:
    (machine.checkout / "benchmarks").mkdir()

    answer = machine.dev(*arguments)

    assert answer.returncode == 2
    assert machine.called("python3") == []


def test_help_lists_every_command_without_installing(machine: Machine) -> None:
    answer = machine.dev()

    assert answer.returncode == 0
    assert all(f"\n  {name}" in answer.stdout for name in ("run", "test", "check", "demo", "bench", "lotone", "help"))
    assert not machine.calls.exists()
