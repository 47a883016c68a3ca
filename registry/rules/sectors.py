"""Sector flags of organisations: the codes that packs ask for, with their Chinese names."""

from typing import Final

SECTORS: Final = {
    "mines": "矿山",
    "hazardous-chemicals": "危险化学品",
    "chemicals": "化工（不含危险化学品）",
    "fireworks": "烟花爆竹",
    "pharmaceuticals": "医药",
    "oil-extraction": "石油天然气开采",
    "metallurgy": "冶金",
    "non-ferrous": "有色",
    "building-materials": "建材",
    "machinery": "机械",
    "light-industry": "轻工",
    "textiles": "纺织",
    "tobacco": "烟草",
    "commerce": "商贸",
    "agencies": "安全评价、认证、检测、检验机构",
    "construction": "建筑施工",
    "transport": "交通运输",
    "catering": "餐饮服务",
    "other-services": "其他服务业",
}
