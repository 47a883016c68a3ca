"""What follows from a city's records and entries, written by the server itself: details, publications, deadlines, events.

Every statement counts on tables without indexes and draws its numbers from row ids, so it gives the same rows each time.
Parameters: `on`, the day asked; `stamp`, an instant; `limit`, how many deadlines are open.
"""

_DUAL = "r.kind IN ('penalty', 'permit') AND r.state = 'confirmed'"
# Decisions of the last days are not published yet, and one in two thousand never was.
_OPEN = "(r.decided_on > %(on)s::date - 3 OR r.id %% 2000 = 0)"
_VIOLATIONS = (
    "'未依法取得安全生产许可证擅自生产', '特种作业人员无证上岗', '未按规定开展安全生产教育培训', '超范围经营危险化学品', "
    "'未建立事故隐患排查治理制度', '消防设施未保持完好有效', '销售不符合食品安全标准的食品', '未按规定公示年度报告'"
)
_PERMITS = "'安全生产许可', '危险化学品经营许可', '食品经营许可', '道路运输经营许可', '建筑工程施工许可', '取水许可'"

DETAILS = (
    f"""INSERT INTO registry_penaltydetail (version, procedure, violation_type, basis, kinds, content, fine, confiscated,
        licence, representative, authority, authority_code, source, source_code, remark, record_id)
    SELECT 1, CASE WHEN r.id %% 20 = 0 THEN 'summary' ELSE 'ordinary' END, (ARRAY[{_VIOLATIONS}])[1 + r.id %% 8],
        '《中华人民共和国安全生产法》第九十七条', '["罚款"]', '罚款人民币' || (1 + r.id %% 50) * 1000 || '元',
        (1 + r.id %% 50) * 1000, NULL, '', '', d.name, '', d.name, '', '', r.id
    FROM registry_record r JOIN registry_department d ON d.id = r.department_id WHERE r.kind = 'penalty'""",
    f"""INSERT INTO registry_permitdetail (version, document_name, permit_kind, certificate_name, certificate_number, content,
        valid_from, valid_until, representative, authority, authority_code, status, source, source_code, remark, record_id)
    SELECT 1, '准予行政许可决定书', '普通', (ARRAY[{_PERMITS}])[1 + r.id %% 6], '许' || r.id,
        '准予' || (ARRAY[{_PERMITS}])[1 + r.id %% 6], r.decided_on, r.decided_on + 1825, '', d.name, '', '1', d.name, '',
        '', r.id
    FROM registry_record r JOIN registry_department d ON d.id = r.department_id WHERE r.kind = 'permit'""",
)

# Shown: penalties and permits of three years; the penalty for three years, the permit while it is valid.
PUBLICATIONS = (
    f"""INSERT INTO disclosure_publication (version, public_id, kind, object_kind, object_id, title, list_label,
        number_normalized, snapshot, channel, decided_on, published_on, visible_from, visible_until, withdraw_reason,
        department_id, subject_id)
    SELECT 1, md5('publication' || r.id)::uuid, r.kind, 'registry.record', r.id, shown.name || '：' || shown.kind, '',
        r.number_normalized, jsonb_build_object(
            'subject', jsonb_build_object('name', shown.name, 'kind', s.kind, 'uscc', COALESCE(s.uscc, '')),
            'number', r.number, 'facts', jsonb_build_array(jsonb_build_array('违法事实或许可内容', r.title)),
            'reasons', '[]'::jsonb, 'grounds', '[]'::jsonb,
            'department', jsonb_build_object('name', d.name, 'contact', d.contact),
            'objection', '[]'::jsonb, 'repair', '[]'::jsonb, 'measures', '[]'::jsonb),
        'site', r.decided_on, shown.day, shown.day, r.decided_on + CASE r.kind WHEN 'penalty' THEN 1096 ELSE 1826 END, '',
        r.department_id, r.subject_id
    FROM registry_record r JOIN registry_subject s ON s.id = r.subject_id
        JOIN registry_department d ON d.id = r.department_id,
        LATERAL (SELECT CASE s.kind WHEN 'person' THEN left(s.name, 1) || '*' ELSE s.name END AS name,
            r.decided_on + 2 + (r.id %% 6)::integer AS day,
            CASE r.kind WHEN 'penalty' THEN '行政处罚' ELSE '行政许可' END AS kind) AS shown
    WHERE {_DUAL} AND NOT {_OPEN} AND r.decided_on > %(on)s::date - 1095 AND shown.day <= %(on)s""",
    """INSERT INTO disclosure_publication (version, public_id, kind, object_kind, object_id, title, list_label,
        number_normalized, snapshot, channel, decided_on, published_on, visible_from, visible_until, withdraw_reason,
        department_id, subject_id)
    SELECT 1, md5('entry' || e.id)::uuid, 'entry', 'sanctions.listentry', e.id, s.name || '：' || e.list_label,
        e.list_label, '', jsonb_build_object(
            'subject', jsonb_build_object('name', s.name, 'kind', s.kind, 'uscc', COALESCE(s.uscc, '')),
            'list_label', e.list_label, 'number', '', 'clause', e.clause,
            'policy', jsonb_build_object('pack', p.pack_id, 'hash', p.content_hash, 'title', p.title, 'number', p.number,
                'issuer', p.issuer),
            'facts', '[]'::jsonb, 'reasons', '["演示"]'::jsonb, 'grounds', '[]'::jsonb,
            'department', jsonb_build_object('name', d.name, 'contact', d.contact),
            'objection', '[]'::jsonb, 'repair', '[]'::jsonb, 'measures', '[]'::jsonb),
        'site', e.decided_on, e.starts_on, e.starts_on, e.ends_on, '', e.department_id, e.subject_id
    FROM sanctions_listentry e JOIN registry_subject s ON s.id = e.subject_id
        JOIN registry_policyversion p ON p.id = e.policy_id JOIN registry_department d ON d.id = e.department_id
    WHERE e.is_public""",
)

ENTRIES = (
    """UPDATE sanctions_listentry e SET is_public = s.kind = 'organization' AND e.pack_id <> 'nanning-urban',
        expiry_announced_on = CASE WHEN e.ends_on < %(on)s THEN e.ends_on END
    FROM registry_subject s WHERE s.id = e.subject_id""",
    # One department in three is asked; what is over has been lifted.
    """INSERT INTO sanctions_measureorder (version, public_id, catalogue, catalogue_hash, measure_code, measure_label,
        is_mandatory, legal_basis, state, dispatched_on, received_on, answered_on, ending, ending_dispatched_on,
        ending_confirmed_on, department_id, entry_id)
    SELECT 1, md5('order' || e.id || '-' || d.id)::uuid, e.pack_id, p.content_hash, '1.' || d.id, '依法从严审查', TRUE, '[]',
        state.code, e.starts_on, CASE WHEN state.code <> 'dispatched' THEN e.starts_on END,
        CASE WHEN state.code = 'carried-out' THEN e.starts_on + 3 END,
        CASE WHEN e.ends_on < %(on)s THEN 'confirmed' ELSE '' END, CASE WHEN e.ends_on < %(on)s THEN e.ends_on END,
        CASE WHEN e.ends_on < %(on)s THEN e.ends_on END, d.id, e.id
    FROM sanctions_listentry e JOIN registry_policyversion p ON p.id = e.policy_id
        JOIN registry_department d ON d.kind = 'bureau' AND d.id %% 3 = e.id %% 3,
        LATERAL (SELECT CASE WHEN e.ends_on < %(on)s OR (e.id + d.id) %% 2 = 0 THEN 'carried-out'
            WHEN (e.id + d.id) %% 4 = 1 THEN 'received' ELSE 'dispatched' END AS code) AS state""",
)

_DEADLINE = """INSERT INTO registry_deadline (version, code, label, object_kind, object_id, role, starts_on, days, unit,
    due_on, is_provisional, pack_id, policy_hash, clause, is_assumed, met_on, department_id, subject_id)"""
# `workday` (day, due): the seventh working day after each day of the city's years.
DEADLINES = (
    f"""{_DEADLINE}
    SELECT 1, 'dual-publicity', '7个工作日内公示', 'registry.record', r.id, 'publisher', r.decided_on, 7, 'working', w.due,
        FALSE, 'ndrc-2018-424', '', '一', FALSE,
        CASE WHEN NOT {_OPEN} THEN LEAST(r.decided_on + 2 + (r.id %% 6)::integer, %(on)s) END, r.department_id,
        r.subject_id
    FROM registry_record r JOIN workday w ON w.day = r.decided_on
    WHERE {_DUAL}""",
    # Asked of departments and not answered yet: due long after the day asked.
    f"""{_DEADLINE}
    SELECT 1, 'order-answer', '联合惩戒任务反馈', 'sanctions.measureorder', o.id, 'department', o.dispatched_on, 30,
        'working', %(on)s::date + 60 + (o.id %% 300)::integer, FALSE, e.pack_id, '', '', TRUE, NULL, o.department_id,
        e.subject_id
    FROM sanctions_measureorder o JOIN sanctions_listentry e ON e.id = o.entry_id
    WHERE o.answered_on IS NULL AND o.ending = ''""",
    f"""{_DEADLINE}
    SELECT 1, 'repair', '信用修复决定', 'bench.matter', n, '', %(on)s::date - 5, 30, 'working',
        %(on)s::date + 30 + n %% 300, FALSE, '', '', '', TRUE, NULL, 1 + n %% 10, 1 + (n * 7919) %% %(subjects)s
    FROM generate_series(1, GREATEST(%(limit)s - (SELECT count(*) FROM registry_deadline WHERE met_on IS NULL), 0)::integer)
        AS n""",
    # What is late has been reminded of at every stage.
    """INSERT INTO registry_outboxmessage (topic, key, payload, created_at, available_at, attempts, last_error, done_at)
    SELECT 'deadline.remind', 'deadline.remind:' || l.id || ':' || l.due_on || ':' || stage, '{}', %(stamp)s, %(stamp)s, 0,
        '', %(stamp)s
    FROM registry_deadline l, unnest(ARRAY['before', 'on', 'after']) AS stage
    WHERE l.met_on IS NULL AND l.due_on < %(on)s""",
)

MESSAGES = (
    """INSERT INTO registry_notice (kind, title, body, object_kind, object_id, channel, state, queued_at, delivered_at,
        receipt, attempts, last_error, subject_id)
    SELECT 'publication.opened', '信息公示告知', p.title || '已于' || p.published_on || '向社会公示。',
        'disclosure.publication', p.id, 'portal', 'delivered', %(stamp)s, %(stamp)s, '', 1, '', p.subject_id
    FROM disclosure_publication p WHERE p.published_on > %(on)s::date - 365""",
    # The digest is that of registry.services.events, over the same canonical JSON.
    """INSERT INTO registry_event (uid, name, text, object_kind, object_id, "on", at, payload, digest, department_id,
        subject_id)
    SELECT row.uid, 'publication.opened', row.text, 'disclosure.publication', row.id, row.day, row.day::timestamptz, '{}',
        encode(sha256(convert_to('{"actor":null,"at":"' || to_char(row.day::timestamptz AT TIME ZONE 'UTC',
            'YYYY-MM-DD"T"HH24:MI:SS') || '+00:00","department":null,"name":"publication.opened",'
            || '"object":["disclosure.publication",' || row.id || '],"on":"' || row.day || '","payload":{},"subject":'
            || row.subject_id || ',"text":"' || row.text || '","uid":"' || row.uid || '"}', 'UTF8')), 'hex'),
        NULL, row.subject_id
    FROM (SELECT p.id, md5('event' || p.id)::uuid AS uid, p.published_on AS day, p.subject_id,
        '公示' || p.title AS text FROM disclosure_publication p ORDER BY p.id) AS row""",
)
