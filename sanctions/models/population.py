"""How far the county has been asked about a pack: whom the nightly job need not look at again."""

from django.db import models

from registry.models import PolicyActivation


class PopulationRun(models.Model):
    """The last time that every subject was asked about one pack, and how far the job has come since.

    While the same activation runs, only subjects whose facts changed after `seen_until`, or whose own day has come, can
    answer differently. `after`: the subject that an unfinished run settled last, so that it goes on behind it.
    """

    pack_id = models.CharField("政策代码", max_length=60, unique=True)
    activation = models.ForeignKey(PolicyActivation, on_delete=models.CASCADE, related_name="+")
    asked_on = models.DateField("全部核对日期")
    after = models.BigIntegerField("已核对到", default=0)
    is_finished = models.BooleanField("已完成", default=False)
    looked_on = models.DateField("最近核对日期")
    seen_until = models.DateTimeField("已计入的变更", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "全县核对进度"
