import sys

from shared.service import Service, main
from submissions.app import create_app
from submissions.commands.reconcile import reconcile
from submissions.settings import SubmissionsSettings
from submissions.worker import create_worker

if __name__ == "__main__":
    sys.exit(main(Service("submissions", SubmissionsSettings, create_app, create_worker, {"reconcile": reconcile})))
