"""A server that is killed while its sessions are busy is back, with what it acknowledged."""

import threading
from pathlib import Path

import psycopg

from tiendo_local.servers.postgres import Postgres


def test_killed_under_writers(server_folder: Path) -> None:
    server = Postgres(server_folder / "busy")
    acknowledged: list[int] = []
    lock = threading.Lock()

    def write(first: int) -> None:
        number = first
        try:
            with psycopg.connect(server.url("audit"), autocommit=True) as connection:
                while True:
                    connection.execute("insert into t values (%s)", [number])
                    with lock:
                        acknowledged.append(number)
                    number += 4
        except psycopg.OperationalError:
            return

    try:
        server.start()
        server.create_database("audit")
        with psycopg.connect(server.url("audit"), autocommit=True) as connection:
            connection.execute("create table t (x int)")
        for _ in range(3):
            writers = [threading.Thread(target=write, args=[len(acknowledged) * 4 + n]) for n in range(4)]
            for writer in writers:
                writer.start()
            goal = len(acknowledged) + 200
            while len(acknowledged) < goal:
                writers[0].join(0.01)
            server.kill()
            server.start()
            for writer in writers:
                writer.join(30)
            with psycopg.connect(server.url("audit")) as connection:
                kept = {row[0] for row in connection.execute("select x from t").fetchall()}
            assert set(acknowledged) <= kept
    finally:
        server.stop()
