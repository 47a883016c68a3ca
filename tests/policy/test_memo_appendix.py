"""The 2016 memorandum against its appendix table: implementing departments and every legal basis of each measure.

Transcribed from the table, titles shortened to a word that only one title has; an empty article means that the
appendix quotes the document without one.
"""

import pytest

from registry.rules.policy import load_packs

FAIR = ("促进市场公平竞争", "（十五）")
PLAN = ("社会信用体系建设规划纲要", "")
APPENDIX: dict[str, tuple[list[str], list[tuple[str, str]]]] = {
    "1": (
        ["负有安全监管监察职责的部门"],
        [
            ("安全生产法", "第六十二条"),
            ("安全生产法", "第七十五条"),
            ("企业安全生产工作", "第12、30条"),
            ("安全生产监管执法", "（七）（九）（十）（十五）"),
            FAIR,
            ("企业安全生产诚信体系", "四（二）"),
        ],
    ),
    "2": (["国家发展改革委"], [("高技术产业发展项目", "第十条、第三十九条")]),
    "3": (["国家发展改革委等有关单位"], [("工程建设项目施工招标投标", "第二十条"), FAIR, PLAN]),
    "4": (["国家发展改革委", "财政部"], [PLAN]),
    "5": (["国家发展改革委"], [("特许经营", "第五十三条、第五十六条")]),
    "6": (
        ["国家发展改革委", "人民银行", "证监会"],
        [
            ("证券法", "第十三条"),
            ("首次公开发行股票并上市", "第二十五条"),
            ("创业板", "第二十一条"),
            ("上市公司证券发行", "第九条"),
            ("公司债券发行与交易", "第十七条"),
            ("非上市公众公司", "第三条"),
            ("〔2008〕7号", "二"),
            ("〔2013〕957号", ""),
            ("〔2013〕920号", ""),
            FAIR,
        ],
    ),
    "7": (["科技部"], [("科技计划项目", "第八条"), PLAN]),
    "8": (["工商总局"], [("企业信息公示", "第七条")]),
    "9": (["工商总局"], [("无照经营", "第七条")]),
    "10": (
        ["工商总局"],
        [
            ("安全生产法", "第九十一条"),
            ("事故报告和调查处理", "第四十条"),
            ("企业安全生产工作", "第29条"),
            ("预防煤矿", "第十条"),
        ],
    ),
    "11": (["工商总局"], [("企业信息公示", "第十二条")]),
    "12": (["工商总局"], [("广告法", "第五条"), PLAN, FAIR]),
    "13": (["人民银行", "银监会"], [PLAN]),
    "14": (
        ["证监会"],
        [("证券法", "第一百二十四条"), ("证券投资基金法", "第十三条"), ("期货交易", "第十六条"), FAIR],
    ),
    "15": (["证监会"], [("证券法", "第五十条、第六十条"), ("中小企业股份转让", "")]),
    "16": (["证监会"], [("证券法", "第六十七条")]),
    "17": (
        ["人力资源社会保障部", "财政部", "保监会"],
        [
            ("工伤保险", "第八条、第十二条"),
            ("人身保险公司", "第三条、第四条"),
            ("财产保险公司", "第四条、第五条"),
            PLAN,
            ("促进市场公平竞争", "（九）"),
        ],
    ),
    "18": (["财政部"], [("政府采购法", "第二十二条"), PLAN]),
    "19": (["国土资源部"], [("矿产资源法", "第十五条"), FAIR, PLAN]),
    "20": (
        ["国资委"],
        [
            ("经营业绩考核", "第三十八条"),
            ("资产损失责任追究", "第三十二条、第三十四条"),
            ("企业安全生产工作", "第29条"),
            FAIR,
        ],
    ),
    "21": (["海关总署"], [FAIR, PLAN]),
    "22": (["海关总署"], [("海关认证企业标准", "第20项")]),
    "23": (["质检总局"], [("出入境检验检疫", "第三条"), FAIR, PLAN]),
    "24": (["质检总局"], [("工业产品生产许可证", "第九条"), FAIR]),
    "25": (["质检总局", "国家认监委"], [FAIR, PLAN, ("质量管理体系认证", "7.2、7.3")]),
    "26": (["环境保护部"], [PLAN]),
    "27": (["税务总局"], [PLAN]),
    "28": (["中央文明办", "各部门"], [FAIR]),
    "29": (["各部门"], [PLAN, FAIR]),
}
MEASURES = {measure.code: measure for measure in load_packs()["memo-2016-1001"].pack.measures}


def test_the_catalogue_has_the_twenty_nine_measures_of_the_appendix() -> None:
    assert sorted(MEASURES) == sorted(APPENDIX)


@pytest.mark.parametrize("code", APPENDIX)
def test_departments_are_those_of_the_appendix(code: str) -> None:
    assert list(MEASURES[code].departments) == APPENDIX[code][0]


@pytest.mark.parametrize("code", APPENDIX)
def test_legal_bases_are_all_those_of_the_appendix(code: str) -> None:
    left = list(MEASURES[code].basis)
    missing = []
    for word, article in APPENDIX[code][1]:
        found = next((each for each in left if word in each.document and each.article == article), None)
        if found is None:
            missing.append((word, article))
        else:
            left.remove(found)
    assert (missing, left) == ([], [])


# By hand from the appendix: a law or regulation orders the act itself or makes it a condition of a permission.
MANDATORY = {"1", "6", "8", "9", "10", "11", "16", "18", "19", "24"}


def test_only_what_a_law_or_regulation_orders_is_mandatory() -> None:
    mandatory = {code for code, measure in MEASURES.items() if measure.force == "mandatory"}
    without_law = {
        code for code in mandatory if not {each.level for each in MEASURES[code].basis} & {"law", "regulation"}
    }
    assert (mandatory, without_law) == (MANDATORY, set())


def test_where_a_law_covers_only_part_of_a_measure_it_is_said() -> None:
    assert {code for code, measure in MEASURES.items() if measure.assumed} == {"1", "6", "19"}


def test_disclosure_is_asked_of_the_blacklisted_alone() -> None:
    assert [code for code, measure in MEASURES.items() if measure.lists != ("joint-sanction", "blacklist")] == ["16"]
    assert MEASURES["16"].lists == ("blacklist",)


def test_persons_are_named_where_the_memorandum_names_them() -> None:
    everybody = ("legal-representative", "principal", "safety-deputy", "directly-liable")
    assert {code: measure.roles for code, measure in MEASURES.items() if measure.roles} == {
        "1": ("principal", "directly-liable"),
        "10": everybody,
        "20": everybody,
    }
    assert [part.code for part in MEASURES["1"].parts if "person" in part.targets] == ["1.3", "1.5"]
