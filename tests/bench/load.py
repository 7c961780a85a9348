"""wrk and pgbench, and what they printed as numbers."""

import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Figures:
    """Requests or transactions per second, latencies in milliseconds, answers by status."""

    per_second: float
    p50: float
    p95: float
    p99: float
    statuses: str = ""


def wrk(port: int, requests: Sequence[str], *, clients: int, seconds: int) -> Figures:
    """Send the prepared lines (see wrk.lua) over keep-alive connections for some seconds."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", delete=False) as file:
        file.write("\n".join(requests) + "\n")
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "-s", str(HERE / "wrk.lua")]
    out = subprocess.run(
        [*command, f"http://127.0.0.1:{port}", file.name], capture_output=True, text=True, check=True
    ).stdout
    Path(file.name).unlink()
    found = re.search(r"RESULT (\d+) (\d+) (\S+) (\S+) (\S+) (.*)", out)
    assert found is not None, out
    number, microseconds = int(found[1]), int(found[2])
    return Figures(number / microseconds * 1e6, float(found[3]), float(found[4]), float(found[5]), found[6].strip())


def pgbench(program: Path, url: str, script: str, *, clients: int, transactions: int) -> Figures:
    """Run the script `transactions` times in each client, prepared."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.sql"
        path.write_text(script)
        log = Path(folder) / "log"
        command: list[str | Path] = [
            program,
            url,
            "-n",
            "-M",
            "prepared",
            "-f",
            path,
            "-c",
            str(clients),
            "-j",
            "2",
            "-t",
            str(transactions),
        ]
        out = subprocess.run(
            [*command, "-D", "n=0", "-l", f"--log-prefix={log}"], capture_output=True, text=True, check=False
        )
        assert out.returncode == 0, out.stderr[-2000:]
        times = sorted(int(line.split()[2]) / 1000 for file in Path(folder).glob("log*") for line in file.open())
    found = re.search(r"tps = ([\d.]+)", out.stdout)
    assert found is not None, out.stdout
    p50, p95, p99 = (times[min(int(len(times) * q), len(times) - 1)] for q in (0.5, 0.95, 0.99))
    return Figures(float(found[1]), p50, p95, p99)
