"""`python -m tests.interop`: others' clients and validators against a real system with a demonstration's events.

The official CloudEvents SDKs of Go, Java, JavaScript and Python read every topic; ajv and jsonschema validate each
event against the schema that its dataschema serves; AsyncAPI's parser, Redocly and Spectral read the documents;
clients generated from the OpenAPI documents read and make a report; schemathesis asks every path. What the machine
lacks is named and skipped; with `--no-skips` it is a failure. `--install` only brings those tools.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from shared.events import ALL_TOPICS
from tests.e2e.whole import Whole
from tests.interop.installation import installed
from tiendo_local.issuer import Issuer
from tiendo_local.workspace import find

HERE = Path(__file__).parent
TOOLS = find().local / "interop"
SERVICES = ("submissions", "aggregation", "notifications", "audit")
PORT_BASE = "8801"
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance"
)


class MissingTool(Exception):
    """What this machine lacks, by name."""


def ran(*command: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)[:200]}\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


def needed(*programs: str) -> None:
    if missing := [program for program in programs if shutil.which(program) is None]:
        raise MissingTool(", ".join(missing))


def python() -> str:
    """The interpreter of an environment with others' Python packages."""
    requirements = HERE / "python" / "requirements.txt"

    def install(folder: Path) -> None:
        ran(sys.executable, "-m", "venv", str(folder))
        ran(str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "-r", str(requirements))

    return str(installed(TOOLS / "python", [requirements], install) / "bin" / "python")


def modules() -> str:
    """The folder of others' JavaScript packages."""
    needed("node", "npm")
    package = HERE / "js" / "package.json"

    def install(folder: Path) -> None:
        shutil.copy(package, folder)
        ran("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", cwd=folder)

    return str(installed(TOOLS / "js", [package], install) / "node_modules")


def binary(name: str) -> str:
    return f"{modules()}/.bin/{name}"


def go() -> str:
    needed("go")

    def install(folder: Path) -> None:
        shutil.copytree(HERE / "go", folder, dirs_exist_ok=True)
        ran("go", "build", "-o", "read", ".", cwd=folder, environment={"GOFLAGS": "-mod=mod -buildvcs=false"})

    return str(installed(TOOLS / "go", sorted((HERE / "go").iterdir()), install) / "read")


def jars() -> str:
    needed("java", "mvn")
    pom = HERE / "java" / "pom.xml"

    def install(folder: Path) -> None:
        shutil.copy(pom, folder)
        ran("mvn", "-q", "dependency:copy-dependencies", "-DoutputDirectory=lib", cwd=folder)

    return str(installed(TOOLS / "java", [pom], install) / "lib" / "*")


@dataclass
class Interop:
    """One run against one system. `failed` holds what was not right, `skipped` what could not be tried."""

    system: Whole
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def bootstrap(self) -> str:
        return str(json.loads((self.system.local / "state.json").read_text())["bootstrap"])

    def token(self, role: str, unit: str = "SO_NOI_VU") -> str:
        return Issuer(self.system.local / "issuer").token(role, unit)

    def address(self, service: str) -> str:
        return str(getattr(self.system.urls, service))

    def check(self, name: str, run: Callable[[], Iterator[str] | list[str] | str]) -> None:
        """`run` gives the faults; a text is what was seen, and no fault."""
        started = time.monotonic()
        try:
            seen = run()
        except MissingTool as missing:
            self.skipped.append(f"{name}: {missing} is not on this machine")
            print(f"skipped  {name}: {missing} is not on this machine", flush=True)
            return
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            seen = [str(error)]
        faults = [] if isinstance(seen, str) else list(seen)
        told = f"{name}{f': {seen}' if isinstance(seen, str) else ''}, {time.monotonic() - started:.0f} s"
        print(f"{'FAILED ' if faults else 'ok     '}  {told}", flush=True)
        self.failed += [f"{name}: {fault}" for fault in faults]

    def reader(self, *command: str, **environment: str) -> list[str] | str:
        """A program that reads every topic: it must get every record, and find no fault."""
        least = sum(map(int, self.kept_events().values()))
        told = json.loads(ran(*command, self.bootstrap, *ALL_TOPICS, environment=environment).splitlines()[-1])
        if told["faults"]:
            return [str(fault) for fault in told["faults"][:5]] + [f"{len(told['faults'])} of {told['delivered']}"]
        if told["delivered"] < least:
            return [f"{told['delivered']} events, while the log keeps {least}"]
        return f"{told['delivered']} events"

    def kept_events(self) -> dict[str, int]:
        """How far each source has sent, as the log knows; every one of them is on a topic."""
        sources = self.system.get("audit", "/api/v1/sources")["items"]
        return {one["source"]: one["sequence"] or 0 for one in sources}

    def documents(self, kind: str) -> list[str]:
        return [str(find().root / "deploy" / "schemas" / f"{service}.{kind}") for service in SERVICES]

    def asyncapi(self) -> list[str]:
        said = ran(
            "node",
            str(HERE / "js" / "asyncapi.js"),
            *self.documents("asyncapi.yaml"),
            environment={"NODE_PATH": modules()},
        )
        return list(json.loads(said)["faults"])

    def redocly(self) -> str:
        ran(binary("redocly"), "lint", "--format=summary", *self.documents("openapi.json"))
        return "4 documents"

    def spectral(self) -> str:
        ran(binary("spectral"), "lint", "-r", str(HERE / "js" / "spectral.yaml"), "--fail-severity=error",
            *self.documents("openapi.json"))  # fmt: skip
        return "4 documents"

    def clients(self) -> list[str]:
        folder = TOOLS / "clients"
        shutil.rmtree(folder, ignore_errors=True)
        given = []
        for service in SERVICES:
            target = folder / service / f"tien_do_{service}_api_client"
            target.parent.mkdir(parents=True)
            document = str(find().root / "deploy" / "schemas" / f"{service}.openapi.json")
            path = f"{Path(python()).parent}:{os.environ['PATH']}"  # it calls ruff
            ran(python(), "-m", "openapi_python_client", "generate", "--meta", "none", "--path", document,
                "--output-path", str(target), environment={"PATH": path})  # fmt: skip
            role, unit = ("reporter", self.owing()) if service == "submissions" else ("coordinator", "SO_NOI_VU")
            role = "auditor" if service == "audit" else role
            given += [service, self.address(service), self.token(role, unit)]
        return list(json.loads(ran(python(), str(HERE / "python" / "report.py"), str(folder), *given))["faults"])

    def owing(self) -> str:
        query = "/api/v1/obligations?period=2026&form=B01-XA&state=open"
        return str(self.system.get("submissions", query)["items"][0]["unit"])

    def schemathesis(self) -> str:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self.ask_every_path, SERVICES))
        return f"{len(SERVICES)} services"

    def ask_every_path(self, service: str) -> None:
        role = {"submissions": "coordinator", "audit": "auditor"}.get(service, "ops")
        ran(python(), "-m", "schemathesis.cli", "run", f"{self.address(service)}/api/v1/openapi.json",
            "-H", f"Authorization: Bearer {self.token(role)}", "-n", "10",
            "--phases", "examples,coverage,fuzzing", "-c", CHECKS, "--seed", "1", cwd=TOOLS)  # fmt: skip


def install() -> list[str]:
    """All tools at once. Answers what could not be had."""
    with ThreadPoolExecutor() as pool:
        started = [pool.submit(bring) for bring in (python, modules, go, jars)]
    return [repr(one.exception()) for one in started if one.exception()]


def main() -> int:
    TOOLS.mkdir(parents=True, exist_ok=True)
    if "--install" in sys.argv:
        faults = install()
        print(*faults, sep="\n")
        return 1 if faults else 0
    local = TOOLS / "system"
    with Whole(local, "--demo", "--port-base", PORT_BASE) as system:
        install()  # each check tells what it lacks
        system.wait_ready()
        run = Interop(system)
        reading = {
            "CloudEvents SDK, Go": lambda: run.reader(go()),
            "CloudEvents SDK and ajv, JavaScript": lambda: run.reader(
                "node", str(HERE / "js" / "read.js"), NODE_PATH=modules()
            ),
            "CloudEvents SDK and jsonschema, Python": lambda: run.reader(python(), str(HERE / "python" / "read.py")),
            "CloudEvents SDK, Java": lambda: run.reader("java", "-cp", jars(), str(HERE / "java" / "Read.java")),
            "AsyncAPI parser": run.asyncapi,
            "Redocly": run.redocly,
            "Spectral": run.spectral,
        }
        with ThreadPoolExecutor(3) as pool:  # two of them wait for what no longer comes
            list(pool.map(run.check, reading.keys(), reading.values()))
        run.check("generated clients", run.clients)
        run.check("schemathesis", run.schemathesis)
    shutil.rmtree(local, ignore_errors=True)
    for fault in run.failed:
        print(fault)
    print(f"{len(run.failed)} faults, {len(run.skipped)} skipped")
    return 1 if run.failed or ("--no-skips" in sys.argv and run.skipped) else 0


if __name__ == "__main__":
    sys.exit(main())
