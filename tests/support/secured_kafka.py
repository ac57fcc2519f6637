"""Apache Kafka as docker-compose.yml runs it: the same scripts and the same configuration, on ports of this machine."""

import os
import subprocess
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tiendo_local.issuer import AUDIENCE, ISSUER, Issuer
from tiendo_local.servers import kafka
from tiendo_local.servers.ports import Ports, answers
from tiendo_local.servers.process import Child
from tiendo_local.workspace import find

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
START_SECONDS = 90.0
HEARING = ("aggregation", "notifications", "audit")
# What Kafka's own scripts of these names call.
PROGRAMS = {
    "kafka-storage.sh": "kafka.tools.StorageTool",
    "kafka-server-start.sh": "kafka.Kafka",
    "kafka-topics.sh": "org.apache.kafka.tools.TopicCommand",
    "kafka-configs.sh": "kafka.admin.ConfigCommand",
    "kafka-acls.sh": "org.apache.kafka.tools.AclCommand",
    "kafka-consumer-groups.sh": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
}

# Beside what deploy/kafka/server.properties says: how deploy/README.md tells to take an identity provider's tokens.
TOKENS = """
listener.name.clients.sasl.enabled.mechanisms=SCRAM-SHA-512,OAUTHBEARER
listener.name.clients.oauthbearer.sasl.jaas.config=\\
  org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;
listener.name.clients.oauthbearer.sasl.server.callback.handler.class=\\
  org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler
listener.name.clients.oauthbearer.sasl.oauthbearer.jwks.endpoint.url={keys}
listener.name.clients.oauthbearer.sasl.oauthbearer.expected.issuer={issuer}
listener.name.clients.oauthbearer.sasl.oauthbearer.expected.audience={audience}
"""


class SecuredKafka:
    """Clients come to `bootstrap` by SASL_SSL: with SCRAM-SHA-512 as a service's user, or with a token of `issuer`."""

    def __init__(self, folder: Path, issuer: Issuer) -> None:
        self.folder = folder
        self._issuer = issuer
        self.secrets = folder / "secrets"
        self.child = Child("kafka", folder / "kafka.log", folder / "kafka.pid.json")
        ports = Ports(folder / "ports.json")
        self.port, self._admin_port = ports.get("kafka"), ports.get("admin")
        self._controller_port = ports.get("controller")
        self._environment = {
            **kafka.environment(),
            "KAFKA_BIN": str(folder / "bin"),
            "KAFKA_PROPERTIES": str(folder / "server.properties"),
            "KAFKA_ADMIN_PROPERTIES": str(folder / "admin.properties"),
            "KAFKA_ADMIN_SERVER": f"127.0.0.1:{self._admin_port}",
            "SECRETS": str(self.secrets),
            "SECRETS_GROUP": str(os.getegid()),
        }

    @property
    def bootstrap(self) -> str:
        return f"localhost:{self.port}"

    def settings(self, user: str) -> dict[str, Any]:
        """How a service reaches it, as fields of its settings."""
        return {
            "kafka_bootstrap_servers": self.bootstrap,
            "kafka_security_protocol": "SASL_SSL",
            "kafka_sasl_mechanism": "SCRAM-SHA-512",
            "kafka_username": user,
            "kafka_password_file": self.secrets / f"{user}-kafka",
            "kafka_ca_file": self.secrets / "kafka-ca.pem",
        }

    def start(self) -> None:
        self._write()
        self.run("make-secrets.sh", str(self.secrets))
        self.child.start(["sh", DEPLOY / "kafka/start.sh"], env=self._environment)
        self.child.wait_until(lambda: answers(self.port) and answers(self._admin_port), START_SECONDS, "listening")

    def create_users(self, *services: str) -> None:
        self.run("kafka/create-users.sh", *services)

    async def create_topics(self, *names: str) -> None:
        """As the administrator: seconds less than the script of deploy/, which starts a JVM for each."""
        admin = AIOKafkaAdminClient(
            bootstrap_servers=f"127.0.0.1:{self._admin_port}",
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="PLAIN",
            sasl_plain_username="admin",
            sasl_plain_password=(self.secrets / "kafka-admin").read_text(),
        )
        await admin.start()
        try:
            await admin.create_topics([NewTopic(name, 12, 1) for name in names])
        finally:
            await admin.close()

    def forget_groups(self) -> None:
        """Of the consumers, so that one with a new database is not taken for one that was restored."""
        server = ["--bootstrap-server", f"127.0.0.1:{self._admin_port}", "--command-config"]
        groups = ["--delete", *(f"--group={service}" for service in HEARING)]
        program = str(self.folder / "bin/kafka-consumer-groups.sh")
        subprocess.run([program, *server, str(self.folder / "admin.properties"), *groups], timeout=60, check=False)

    def run(self, script: str, *arguments: str) -> str:
        """A script of deploy/. Raises AssertionError with what it said when it fails."""
        command = ["sh", str(DEPLOY / script), *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr + self.child.tail()
        return done.stdout

    def _write(self) -> None:
        binaries = self.folder / "bin"
        binaries.mkdir(parents=True)
        keys = self._issuer.jwks_file.as_uri()
        allowed = f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={keys}"
        java = [*kafka.command(find(), self.folder, heap="384m"), allowed]
        for name, program in PROGRAMS.items():
            words = " ".join(f"'{word}'" for word in (*java, "-XX:TieredStopAtLevel=1", program))
            (binaries / name).write_text(f'#!/bin/sh\nexec {words} "$@"\n')
            (binaries / name).chmod(0o755)
        for name in ("server.properties", "admin.properties"):
            text = (DEPLOY / "kafka" / name).read_text("utf-8")
            for there, here in self._places().items():
                text = text.replace(there, here)
            (self.folder / name).write_text(text)
        with (self.folder / "server.properties").open("a") as properties:
            properties.write(TOKENS.format(keys=keys, issuer=ISSUER, audience=AUDIENCE))

    def _places(self) -> dict[str, str]:
        return {
            "/run/secrets": str(self.secrets),
            "/var/lib/kafka/data": str(self.folder / "data"),
            "CLIENTS://:9092": f"CLIENTS://127.0.0.1:{self.port}",
            "CLIENTS://kafka:9092": f"CLIENTS://localhost:{self.port}",
            "127.0.0.1:9094": f"127.0.0.1:{self._admin_port}",
            "127.0.0.1:9093": f"127.0.0.1:{self._controller_port}",
        }
