"""Shapes of the API's answers about catalogues and policies, for the OpenAPI document; nothing is run through them."""

from typing import Any

from rest_framework import serializers


class PolicyRow(serializers.Serializer[Any]):
    """A policy that the office runs."""

    id = serializers.CharField(help_text="政策代码")
    title = serializers.CharField(help_text="标题")
    number = serializers.CharField(help_text="文号", allow_blank=True)
    issuer = serializers.CharField(help_text="发文机关")
    authority = serializers.CharField(help_text="效力层级")
    in_force_from = serializers.DateField(help_text="施行日期", allow_null=True)
    last_day = serializers.DateField(help_text="最后有效日", allow_null=True)
    mode = serializers.ChoiceField(choices=["binding", "internal"], help_text="binding 依法执行；internal 仅作内部分级")
    mode_reasons = serializers.ListField(child=serializers.CharField(), help_text="按此方式运行的理由")
    hash = serializers.CharField(help_text="内容哈希，标识这一版本")


class PolicyList(serializers.Serializer[Any]):
    """The policies that run today."""

    items = PolicyRow(many=True, help_text="政策")


class PolicyDetail(PolicyRow):
    """A policy with its whole content."""

    content = serializers.DictField(help_text="政策包全文（结构见 docs/policy-packs.md）")


class CatalogueListRow(serializers.Serializer[Any]):
    """A list that exists."""

    policy = serializers.CharField(help_text="政策代码")
    code = serializers.CharField(help_text="名单代码")
    label = serializers.CharField(help_text="名单名称")  # type: ignore[assignment]
    polarity = serializers.ChoiceField(choices=["negative", "positive"], help_text="negative 失信；positive 守信")
    rank = serializers.IntegerField(help_text="等级，大者为重")
    is_public = serializers.BooleanField(help_text="是否向社会公布")
    clause = serializers.CharField(help_text="条款")


class ListCatalogue(serializers.Serializer[Any]):
    """The catalogue of lists."""

    items = CatalogueListRow(many=True, help_text="名单")


class CatalogueMeasureRow(serializers.Serializer[Any]):
    """A measure or an incentive."""

    policy = serializers.CharField(help_text="清单（政策代码）")
    code = serializers.CharField(help_text="措施编号")
    label = serializers.CharField(help_text="措施")  # type: ignore[assignment]
    is_incentive = serializers.BooleanField(help_text="是否激励措施")
    force = serializers.ChoiceField(choices=["mandatory", "recommended"], help_text="强制性或者推荐性")
    matters = serializers.ListField(child=serializers.CharField(), help_text="所附事项的代码")
    departments = serializers.ListField(child=serializers.CharField(), help_text="实施部门（清单中的名称）")
    legal_basis = serializers.ListField(child=serializers.CharField(), help_text="法律依据")
    clause = serializers.CharField(help_text="条款")
    refusal = serializers.CharField(help_text="今日不得实施的理由；可以实施的为空", allow_blank=True)


class MeasureCatalogue(serializers.Serializer[Any]):
    """The catalogue of measures."""

    items = CatalogueMeasureRow(many=True, help_text="措施")


class MatterRow(serializers.Serializer[Any]):
    """A matter in whose handling the lists are asked."""

    code = serializers.CharField(help_text="事项代码，核查时使用")
    label = serializers.CharField(help_text="事项")  # type: ignore[assignment]


class MatterCatalogue(serializers.Serializer[Any]):
    """The catalogue of matters."""

    items = MatterRow(many=True, help_text="事项")
