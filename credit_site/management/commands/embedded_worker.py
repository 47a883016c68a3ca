"""Run the jobs without a broker."""

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from credit_site.celery import app
from credit_site.embedded import EmbeddedWorker


class Command(BaseCommand):
    help = "在一个进程中运行全部后台任务（不需要 Redis）；SIGTERM 或 Ctrl-C 在当前任务完成后停止。"

    def handle(self, *args: Any, **options: Any) -> None:
        app.loader.import_default_modules()
        worker = EmbeddedWorker(app)

        def stop(signum: int, frame: FrameType | None) -> None:
            worker.stop.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        self.stdout.write("后台任务已启动。")
        worker.run()
        self.stdout.write("后台任务已停止。")
