"""`manage.py api_schema`: write the OpenAPI document that is committed, or check that it is not stale."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

PLACE = Path(settings.BASE_DIR) / "docs" / "api" / "openapi.yaml"


class Command(BaseCommand):
    help = "生成 docs/api/openapi.yaml；--check 只核对是否与程序一致。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="不写文件，不一致时以状态 1 退出")

    def handle(self, *args: Any, **options: Any) -> None:
        schema = SchemaGenerator().get_schema(request=None, public=True)
        text = OpenApiYamlRenderer().render(schema, renderer_context={})
        if options["check"]:
            if not PLACE.exists() or PLACE.read_bytes() != text:
                raise CommandError("docs/api/openapi.yaml 与程序不一致。请运行 make api-schema 重新生成并一并提交。")
            self.stdout.write("docs/api/openapi.yaml 与程序一致。")
            return
        PLACE.parent.mkdir(parents=True, exist_ok=True)
        PLACE.write_bytes(text)
        self.stdout.write(f"已写入 {PLACE.relative_to(settings.BASE_DIR)}")
