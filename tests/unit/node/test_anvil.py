# SPDX-License-Identifier: Apache-2.0
"""The embedded node is ours before it is written to, and gone when we are, however we end."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chain.node import anvil as module
from chain.node.anvil import Anvil, draw_chain_id, find_anvil, prove
from chain.node.errors import AnvilFailed, AnvilMissing, NodeUnreachable, WrongChain
from chain.node.rpc import Rpc
from tests.chains import START
from tests.unit.node.wrong_node import result, serving


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended but was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: int, seconds: float = 3.0) -> bool:
    """Whether a process ends in that time."""
    until = time.monotonic() + seconds
    while lives(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return not lives(pid)


def script(folder: Path, text: str) -> Path:
    """A program that stands where anvil should."""
    path = folder / "anvil"
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_start__fresh__genesis_chain_id_and_no_fees_as_said(anvil: Anvil) -> None:
    block = anvil.rpc.call("eth_getBlockByNumber", "latest", False)
    assert int(block["number"], 16) == 0
    assert int(block["timestamp"], 16) == START
    assert int(block["baseFeePerGas"], 16) == 0
    assert int(anvil.rpc.call("eth_chainId"), 16) == anvil.chain_id
    assert 2**31 <= anvil.chain_id < 2**53
    assert anvil.rpc.call("eth_accounts") == []


def test_start__twice_at_once__two_ports_two_chains(anvil: Anvil, program: Path) -> None:
    with Anvil(START, program=program) as other:
        assert (other.url, other.chain_id) != (anvil.url, anvil.chain_id)


def test_stop__leaves_no_process_and_nobody_on_the_port(program: Path) -> None:
    with Anvil(START, program=program) as running:
        pid, url = running.pid, running.url
        assert lives(pid)
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(NodeUnreachable):
        Rpc(url).call("eth_chainId")
    running.stop()  # more than once does nothing
    with pytest.raises(AnvilFailed, match="not started, or stopped"):
        running.prove()


def test_stop__after_an_error_inside__leaves_no_process(program: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Anvil(START, program=program) as running:
        raise KeyboardInterrupt
    assert running._child is None
    with pytest.raises(NodeUnreachable):
        Rpc(running.url).call("eth_chainId")


def test_process__of_its_own_session__so_ctrl_c_reaches_us_first(anvil: Anvil) -> None:
    assert os.getsid(anvil.pid) == anvil.pid != os.getsid(0)


def test_prove__node_killed__says_so(anvil: Anvil) -> None:
    os.kill(anvil.pid, signal.SIGKILL)
    with pytest.raises(AnvilFailed, match="ended with code -9"):
        anvil.prove()


def test_prove__another_node_on_the_port__wrong_chain_and_only_asked(anvil: Anvil) -> None:
    with serving() as stranger:
        stranger.reply = result("0x1")
        anvil.rpc = Rpc(stranger.url)
        with pytest.raises(WrongChain) as raised:
            anvil.prove()
        assert raised.value.arguments["found"] == "0x1"
        assert [asked["method"] for asked in stranger.asked] == ["eth_chainId"]


def test_start__program_that_speaks_of_a_strangers_port__refused_before_any_write(tmp_path: Path) -> None:
    with serving() as stranger:
        stranger.reply = result("0x7a69")
        listening = f"print('Listening on {stranger.url.removeprefix('http://')}', flush=True)"
        imposter = script(tmp_path, f"import time\n{listening}\ntime.sleep(60)")
        node = Anvil(START, program=imposter)
        with pytest.raises(WrongChain), node:
            pass
        assert [asked["method"] for asked in stranger.asked] == ["eth_chainId"]
        assert node._child is None


def test_prove__malformed_chain_id__wrong_chain() -> None:
    with serving() as stranger:
        stranger.reply = result(None)
        with pytest.raises(WrongChain):
            prove(Rpc(stranger.url), 5)


def test_start__program_that_fails__its_last_lines_in_the_error(tmp_path: Path) -> None:
    failing = script(tmp_path, "import sys\nprint('one')\nsys.exit('the disk is full')")
    with pytest.raises(AnvilFailed, match=r"ended with code 1.*one \| the disk is full"):
        Anvil(START, program=failing).__enter__()


def test_start__bad_option__anvils_own_words_in_the_error(program: Path) -> None:
    with pytest.raises(AnvilFailed, match="error: unexpected argument"):
        Anvil(START, chain_id=-1, program=program).__enter__()


def test_start__program_that_says_nothing__fails_in_time_and_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "pid"
    silent = script(tmp_path, f"import os, time\nopen({str(told)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)")
    monkeypatch.setattr(module, "START_SECONDS", 0.5)
    with pytest.raises(AnvilFailed, match="silent"):
        Anvil(START, program=silent).__enter__()
    assert not lives(int(told.read_text()))


def test_stop__program_that_ignores_it__killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "pid"
    deaf = script(
        tmp_path,
        "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"open({str(told)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)",
    )
    monkeypatch.setattr(module, "START_SECONDS", 0.5)
    monkeypatch.setattr(module, "STOP_SECONDS", 0.2)
    with pytest.raises(AnvilFailed):
        Anvil(START, program=deaf).__enter__()
    assert not lives(int(told.read_text()))


def test_start__program_that_is_none__anvil_failed(tmp_path: Path) -> None:
    with pytest.raises(AnvilFailed, match="FileNotFoundError"):
        Anvil(START, program=tmp_path / "nothing").__enter__()


PARENT = """
import sys, time
from pathlib import Path
from chain.node.anvil import Anvil
with Anvil(1_800_000_000, program=Path(sys.argv[1])) as anvil:
    print(anvil.pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
@pytest.mark.parametrize("with_signal", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_parent__killed__anvil_ends_with_it(program: Path, with_signal: signal.Signals) -> None:
    command = [sys.executable, "-c", PARENT, str(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert lives(pid)
        parent.send_signal(with_signal)
        parent.wait()
    assert ends(pid)


def test_log__while_it_works__does_not_grow(anvil: Anvil) -> None:
    before = len(anvil._output())
    for _ in range(50):
        anvil.rpc.call("eth_blockNumber")
    assert len(anvil._output()) == before


def test_find__neither_packaged_nor_on_the_path__one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AnvilMissing) as raised:
        find_anvil(tmp_path)
    for text in (raised.value.next_step("zh"), raised.value.next_step("en")):
        assert "scripts/setup" in text
        assert "Foundry 1.7.1" in text
        assert "\n" not in text


def test_find__on_the_path_alone__that_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = script(tmp_path, "")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_anvil(tmp_path / "no modules") == mine


def test_draw__many__never_the_same() -> None:
    assert len({draw_chain_id() for _ in range(1000)}) == 1000
