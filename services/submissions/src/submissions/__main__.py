import sys

from shared.erasure.erase import erase_from
from shared.service import Service, main
from submissions.app import create_app
from submissions.commands.reconcile import reconcile
from submissions.settings import SubmissionsSettings
from submissions.store.tables import metadata
from submissions.worker import create_worker

if __name__ == "__main__":
    commands = {"reconcile": reconcile, "erase": erase_from(metadata)}
    sys.exit(main(Service("submissions", SubmissionsSettings, create_app, create_worker, commands)))
