"""A penalty as one table with its row versions, the model that django-import-export fills."""

from django.db import models
from simple_history.models import HistoricalRecords


class PeerPenalty(models.Model):
    """The 30 columns of the national sheet, typed as our own records and details are."""

    CF_XDR_MC = models.CharField(max_length=200)
    CF_XDR_LB = models.CharField(max_length=16)
    CF_XDR_SHXYM = models.CharField(max_length=18, blank=True)
    CF_XDR_GSZC = models.CharField(max_length=50, blank=True)
    CF_XDR_ZZJG = models.CharField(max_length=50, blank=True)
    CF_XDR_SWDJ = models.CharField(max_length=50, blank=True)
    CF_XDR_SYDW = models.CharField(max_length=50, blank=True)
    CF_XDR_SHZZ = models.CharField(max_length=50, blank=True)
    CF_FRDB = models.CharField(max_length=50, blank=True)
    CF_FR_ZJLX = models.CharField(max_length=64, blank=True)
    CF_FR_ZJHM = models.CharField(max_length=64, blank=True)
    CF_XDR_ZJLX = models.CharField(max_length=64, blank=True)
    CF_XDR_ZJHM = models.CharField(max_length=64, blank=True)
    CF_WSH = models.CharField(max_length=128, db_index=True)
    CF_WFXW = models.CharField(max_length=2000)
    CF_SY = models.TextField(max_length=5000)
    CF_YJ = models.CharField(max_length=2048)
    CF_CFLB = models.CharField(max_length=200)
    CF_NR = models.CharField(max_length=4000)
    CF_NR_FK = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    CF_NR_WFFF = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    CF_NR_ZKDX = models.CharField(max_length=200, blank=True)
    CF_JDRQ = models.DateField()
    CF_YXQ = models.DateField()
    CF_GSJZQ = models.DateField(null=True, blank=True)
    CF_CFJG = models.CharField(max_length=200)
    CF_CFJGDM = models.CharField(max_length=18)
    CF_SJLY = models.CharField(max_length=200)
    CF_SJLYDM = models.CharField(max_length=18)
    BZ = models.CharField(max_length=512, blank=True)

    history = HistoricalRecords()

    class Meta:
        app_label = "peer_imports"
