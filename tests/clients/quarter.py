"""A whole quarter of a small district, by a client that knows only the protos.

    python quarter.py HOST:PORT PROTO_FOLDER

Generates its stubs from PROTO_FOLDER, plays 2023 Q1 of an invented district through the
public API, checks what comes back, and prints `quarter: done`. Any surprise is a traceback.
"""

import hashlib
import importlib
import importlib.resources
import os
import pathlib
import sys
import tempfile
import time
import uuid

import grpc
from grpc_tools import protoc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from grpc_status import rpc_status
from google.rpc import error_details_pb2

DISTRICT = "districts/qingtan"
MONTHS = ["2023-01", "2023-02", "2023-03"]
UNITS = {"east": "东岭村", "west": "西坝村", "south": "南河村", "north": "北塬村"}


def generate(folder):
    """Compiles the protos into a folder of their own and puts it on the path."""
    out = tempfile.mkdtemp(prefix="saima-stubs-")
    files = sorted(str(path) for path in pathlib.Path(folder, "saima").rglob("*.proto"))
    assert files, f"no protos below {folder}"
    builtin = importlib.resources.files("grpc_tools") / "_proto"
    code = protoc.main(
        [
            "protoc",
            f"-I{folder}",
            f"-I{builtin}",
            f"--python_out={out}",
            f"--grpc_python_out={out}",
            *files,
        ]
    )
    assert code == 0, "protoc refused the contract"
    sys.path.insert(0, out)


def module(name):
    return importlib.import_module(f"saima.{name}")


class Suite:
    """Stubs by service name and messages by package."""

    def __init__(self, channel, second):
        self.registry, self.scoring, self.cadre, self.notification = (
            self.package(channel, name) for name in ("registry", "scoring", "cadre", "notification")
        )
        self.asking, self.approving = (self.package(it, "access") for it in (channel, second))

    def by_four_eyes(self, call, request):
        """Asks as one person, approves as another, and does as the first what was refused."""
        try:
            return call(request)
        except grpc.RpcError as error:
            wanted = required(error)
        a = self.asking
        parent = "/".join(wanted["resource"].split("/")[:2])
        asked = a.ApprovalService.RequestApproval(
            a.RequestApprovalRequest(
                parent=parent, approval=a.Approval(reason="季度工作", **wanted), request_id=uid()
            )
        )
        refused(
            grpc.StatusCode.PERMISSION_DENIED,
            "OWN_REQUEST",
            a.ApprovalService.ApproveApproval,
            a.ApproveApprovalRequest(name=asked.name),
        )
        self.approving.ApprovalService.ApproveApproval(
            self.approving.ApproveApprovalRequest(name=asked.name, etag=asked.etag, request_id=uid())
        )
        request.approval, request.request_id = asked.name, uid()
        return call(request)

    @staticmethod
    def package(channel, package):
        space = type(package, (), {})()
        folder = pathlib.Path(sys.path[0], "saima", package, "v1")
        for path in sorted(folder.glob("*_pb2.py")):
            messages = module(f"{package}.v1.{path.stem}")
            services = module(f"{package}.v1.{path.stem}_grpc")
            for name in messages.DESCRIPTOR.message_types_by_name:
                setattr(space, name, getattr(messages, name))
            for name, kind in messages.DESCRIPTOR.enum_types_by_name.items():
                for value in kind.values:
                    setattr(space, value.name, value.number)
            for name in messages.DESCRIPTOR.services_by_name:
                setattr(space, name, getattr(services, f"{name}Stub")(channel))
        return space


def reasons(error):
    """The google.rpc reasons of a refused call, violations included."""
    status = rpc_status.from_call(error)
    assert status is not None, f"no google.rpc.Status in {error}"
    found = []
    for detail in status.details:
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        failure = error_details_pb2.PreconditionFailure()
        if detail.Unpack(info):
            found.append(info.reason)
        elif detail.Unpack(bad):
            found += [f"{it.field}:{it.reason}" for it in bad.field_violations]
        elif detail.Unpack(failure):
            found += [it.type for it in failure.violations]
    return found


def required(error):
    """What a call was refused for: `permission`, `resource`, `resource_etag`."""
    for detail in rpc_status.from_call(error).details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            assert info.reason == "APPROVAL_REQUIRED", info
            return dict(info.metadata)
    raise AssertionError(f"no google.rpc.ErrorInfo in {error}")


def refused(code, reason, call, *args):
    try:
        call(*args)
    except grpc.RpcError as error:
        assert error.code() == code, f"{error.code()} {error.details()}, expected {code}"
        found = reasons(error)
        assert any(reason in it for it in found), f"{reason} is not among {found}"
        return
    raise AssertionError(f"{reason} was expected")


def eventually(what, check):
    """Waits for a condition, never for a time."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        value = check()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come")


def uid():
    return str(uuid.uuid4())


def define(s):
    """Units, indicators, calendar, targets and a rulebook (派账)."""
    r = s.registry
    r.DistrictService.CreateDistrict(
        r.CreateDistrictRequest(
            district_id="qingtan", district=r.District(display_name="清潭示范区"), request_id=uid()
        )
    )
    units = [r.Unit(name=f"{DISTRICT}/units/office", display_name="考核办", kind=r.UNIT_KIND_DEPARTMENT)]
    for key, name in UNITS.items():
        units.append(
            r.Unit(
                name=f"{DISTRICT}/units/{key}",
                display_name=name,
                kind=r.UNIT_KIND_VILLAGE,
                category="industry",
            )
        )
    reply = r.UnitService.BatchUpdateUnits(
        r.BatchUpdateUnitsRequest(parent=DISTRICT, units=units, request_id=uid())
    )
    assert reply.created_count == 5, reply

    def indicator(key, name, kind, direction, accumulation, measure):
        return r.Indicator(
            name=f"{DISTRICT}/indicators/{key}",
            display_name=name,
            kind=kind,
            unit_of_measure=measure,
            direction=direction,
            frequency=r.FREQUENCY_MONTHLY,
            accumulation=accumulation,
            evaluating_unit=f"{DISTRICT}/units/office",
            min_value={"value": "0"},
        )

    higher, lower = r.DIRECTION_HIGHER_IS_BETTER, r.DIRECTION_LOWER_IS_BETTER
    r.IndicatorService.BatchUpdateIndicators(
        r.BatchUpdateIndicatorsRequest(
            parent=DISTRICT,
            indicators=[
                indicator("investment", "产业投资额", r.INDICATOR_KIND_SPECIFIC, higher, r.ACCUMULATION_SUM, "万元"),
                indicator("incidents", "安全事故", r.INDICATOR_KIND_COMMON, lower, r.ACCUMULATION_SUM, "起"),
            ],
            request_id=uid(),
        )
    )
    for period in ["2023", "2023Q1", *MONTHS]:
        r.PeriodService.CreatePeriod(
            r.CreatePeriodRequest(
                parent=DISTRICT,
                period_id=period,
                period=r.Period(theme="开门红" if period == "2023Q1" else ""),
                request_id=uid(),
            )
        )
    r.TargetService.BatchUpdateTargets(
        r.BatchUpdateTargetsRequest(
            parent=DISTRICT,
            targets=[
                r.Target(name=f"{DISTRICT}/units/{key}/targets/investment.2023Q1", value={"value": "300"})
                for key in UNITS
            ],
            request_id=uid(),
        )
    )
    leaf = lambda key, weight, **method: r.Node(
        node_id=key,
        weight={"value": weight},
        leaf=r.Leaf(indicator=f"{DISTRICT}/indicators/{key}", **method),
    )
    scheme = r.Scheme(
        display_name="清潭示范区2023年度考核方案",
        series="annual-target",
        effective_period=f"{DISTRICT}/periods/2023Q1",
        tracks=[
            r.Track(
                track_id="villages",
                display_name="村(社区)",
                members=r.Members(categories=["industry"]),
                root=r.Node(
                    node_id="total",
                    display_name="总分",
                    weight={"value": "100"},
                    sum=r.Sum(
                        children=[
                            leaf("investment", "80", completion=r.Completion()),
                            leaf(
                                "incidents",
                                "20",
                                deduct_per_event=r.DeductPerEvent(deduction={"value": "5"}),
                            ),
                        ]
                    ),
                ),
                colouring=r.Colouring(
                    by_threshold=r.Colouring.ByThreshold(
                        green_at_least={"value": "90"}, yellow_at_least={"value": "60"}
                    )
                ),
                warnings=r.WarningRules(behind_schedule={"value": "20"}, lowest_ranks=1),
            )
        ],
    )
    broken = r.Scheme()
    broken.CopyFrom(scheme)
    broken.tracks[0].root.sum.children[0].weight.value = "70"
    refused(
        grpc.StatusCode.INVALID_ARGUMENT,
        "scheme.tracks[0].root",
        r.SchemeService.CreateScheme,
        r.CreateSchemeRequest(parent=DISTRICT, scheme_id="bad", scheme=broken),
    )
    created = r.SchemeService.CreateScheme(
        r.CreateSchemeRequest(parent=DISTRICT, scheme_id="2023-v1", scheme=scheme, request_id=uid())
    )
    enacted = s.by_four_eyes(
        r.SchemeService.EnactScheme, r.EnactSchemeRequest(name=created.name, etag=created.etag)
    )
    assert enacted.state == r.Scheme.STATE_IN_FORCE and enacted.digest, enacted
    return enacted


def staff(s):
    c = s.cadre
    c.PersonService.BatchCreatePersons(
        c.BatchCreatePersonsRequest(
            parent=DISTRICT,
            persons=[
                c.Person(
                    display_name=f"{name}支书",
                    external_id=f"head-{key}",
                    postings=[
                        c.Posting(
                            unit=f"{DISTRICT}/units/{key}",
                            post="党支部书记",
                            head=True,
                            start_date={"year": 2021, "month": 3, "day": 1},
                        )
                    ],
                )
                for key, name in UNITS.items()
            ],
            request_id=uid(),
        )
    )


def figures(month):
    """Value of each cell of one month; `north` reports nothing in March."""
    plan = {"east": ("110", "0"), "west": ("90", "0"), "south": ("60", "1"), "north": ("20", "0")}
    for key, (investment, incidents) in plan.items():
        if key == "north" and month == "2023-03":
            continue
        yield key, "investment", investment
        yield key, "incidents", incidents


def report(s, month):
    q = s.scoring
    rows = [
        q.Observation(
            unit=f"{DISTRICT}/units/{unit}",
            indicator=f"{DISTRICT}/indicators/{indicator}",
            period=f"{DISTRICT}/periods/{month}",
            value={"value": value},
            evidence=[q.Evidence(title="月报表", sha256=hashlib.sha256(month.encode()).hexdigest())],
        )
        for unit, indicator, value in figures(month)
    ]

    def stream(rows, count):
        header = q.BulkCreateObservationsRequest.Header(parent=DISTRICT, row_count=count, request_id=uid())
        yield q.BulkCreateObservationsRequest(header=header)
        for start in range(0, len(rows), 3):
            chunk = q.BulkCreateObservationsRequest.Rows(observations=rows[start : start + 3])
            yield q.BulkCreateObservationsRequest(rows=chunk)

    bulk = q.ObservationService.BulkCreateObservations
    bad = [*rows, rows[0]]
    problems = bulk(stream(bad, len(bad))).problems
    assert [(it.row, it.reason) for it in problems] == [(len(rows), "DUPLICATE_OBSERVATION")], problems
    refused(grpc.StatusCode.INVALID_ARGUMENT, "ROW_COUNT", bulk, stream(rows, len(rows) + 1))
    assert bulk(in_columns(q, month)).problem_count == 0
    reply = bulk(stream(rows, len(rows)))
    assert reply.stored_count == len(rows) and not reply.problems, reply


def in_columns(q, month):
    """The same figures in columns, tried without storing."""
    cells = list(figures(month))
    units, indicators = sorted({it[0] for it in cells}), sorted({it[1] for it in cells})
    columns = q.BulkCreateObservationsRequest.Columns(
        period=f"{DISTRICT}/periods/{month}",
        units=[f"{DISTRICT}/units/{it}" for it in units],
        indicators=[f"{DISTRICT}/indicators/{it}" for it in indicators],
        unit_indexes=[units.index(it[0]) for it in cells],
        indicator_indexes=[indicators.index(it[1]) for it in cells],
        values=[int(it[2]) * 100 for it in cells],
        decimal_places=2,
    )
    header = q.BulkCreateObservationsRequest.Header(parent=DISTRICT, row_count=len(cells), validate_only=True)
    yield q.BulkCreateObservationsRequest(header=header)
    yield q.BulkCreateObservationsRequest(columns=columns)


def reconcile(s, month):
    q = s.scoring
    office = f"{DISTRICT}/units/office"
    period = f"{DISTRICT}/periods/{month}"
    listed = q.ObservationService.ListObservations(
        q.ListObservationsRequest(parent=DISTRICT, period=period, page_size=100)
    ).observations
    disputed = next(it for it in listed if it.unit.endswith("/west") and it.indicator.endswith("/investment"))
    q.ReconciliationService.DisputeObservation(
        q.DisputeObservationRequest(
            name=disputed.name,
            evaluating_unit=office,
            counted_value={"value": "95"},
            reason="漏报一笔设备款",
            request_id=uid(),
        )
    )
    close = q.CloseReconciliationRequest(name=f"{DISTRICT}/reconciliations/{month}", request_id=uid())
    refused(
        grpc.StatusCode.FAILED_PRECONDITION, "DISPUTED", q.ReconciliationService.CloseReconciliation, close
    )
    corrected = q.ObservationService.CorrectObservation(
        q.CorrectObservationRequest(
            name=disputed.name, value={"value": "95"}, reason="补报设备款", request_id=uid()
        )
    )
    assert corrected.supersedes == disputed.name, corrected
    names = [it.name for it in listed if it.name != disputed.name] + [corrected.name]
    done = q.ReconciliationService.VerifyObservations(
        q.VerifyObservationsRequest(parent=DISTRICT, names=names, evaluating_unit=office, request_id=uid())
    )
    assert done.verified_count == len(names), done
    close.request_id = uid()
    closed = q.ReconciliationService.CloseReconciliation(close)
    assert closed.state == q.Reconciliation.STATE_CLOSED, closed
    late = q.Observation(
        unit=f"{DISTRICT}/units/north",
        indicator=f"{DISTRICT}/indicators/investment",
        period=period,
        value={"value": "1"},
    )
    refused(
        grpc.StatusCode.FAILED_PRECONDITION,
        "PERIOD_CLOSED",
        q.ObservationService.CreateObservation,
        q.CreateObservationRequest(parent=DISTRICT, observation=late),
    )


def score(s, scheme):
    q = s.scoring
    q.ReconciliationService.CloseReconciliation(
        q.CloseReconciliationRequest(name=f"{DISTRICT}/reconciliations/2023Q1", request_id=uid())
    )
    run = q.RunService.CreateRun(
        q.CreateRunRequest(
            parent=DISTRICT,
            run=q.Run(scheme=scheme.name, period=f"{DISTRICT}/periods/2023Q1"),
            request_id=uid(),
        )
    )
    assert run.scheme_digest == scheme.digest, run
    board = q.BoardService.GetBoard(q.GetBoardRequest(name=f"{DISTRICT}/boards/2023-v1.2023Q1"))
    assert board.provisional, board
    run = s.by_four_eyes(
        q.RunService.PublishRun, q.PublishRunRequest(name=run.name, etag=run.etag, request_id=uid())
    )
    board = q.BoardService.GetBoard(q.GetBoardRequest(name=f"{DISTRICT}/boards/2023-v1.2023Q1"))
    assert not board.provisional and board.run == run.name, board
    lines = [
        (it.unit.rsplit("/", 1)[1], it.score.value, it.rank.value, it.colour)
        for it in board.tracks[0].entries
    ]
    # east 330/300 → 80 + 20; west 285/300 → 76 + 20; south 180/300 → 48 + 5;
    # north 40/300 → 10.67 + 20, one month short and marked so.
    assert lines == [
        ("east", "100", "1", q.COLOUR_GREEN),
        ("west", "96", "2", q.COLOUR_GREEN),
        ("south", "53", "3", q.COLOUR_RED),
        ("north", "30.67", "4", q.COLOUR_RED),
    ], lines
    told = q.RunService.ExplainScore(q.ExplainScoreRequest(name=f"{run.name}/results/west"))
    assert told.explanation.points.value == told.result.score.value == "96", told
    values = sorted(it.value.value for it in told.observations if it.value.value != "0")
    assert values == ["95", "95", "95"], values
    return run


def consequences(s, run):
    n, c = s.notification, s.cadre
    sheet = eventually(
        "the warning sheet",
        lambda: n.LetterService.ListLetters(
            n.ListLettersRequest(
                parent=DISTRICT,
                recipient=f"{DISTRICT}/units/north",
                kind=n.LETTER_KIND_WARNING_SHEET,
            )
        ).letters,
    )[0]
    assert "北塬村" in sheet.body, sheet
    answered = n.LetterService.AcknowledgeLetter(
        n.AcknowledgeLetterRequest(name=sheet.name, text="已召开会议研究,四月补齐进度。", request_id=uid())
    )
    assert answered.state == n.Letter.STATE_ACKNOWLEDGED, answered
    reminders = n.LetterService.ListLetters(
        n.ListLettersRequest(parent=DISTRICT, kind=n.LETTER_KIND_WORK_REMINDER, page_size=100)
    ).letters
    assert {it.recipient.rsplit("/", 1)[1] for it in reminders} == {"south", "north"}, reminders
    bulletins = eventually(
        "three monthly bulletins",
        lambda: (lambda it: it if len(it) == 3 else None)(
            n.BulletinService.ListBulletins(n.ListBulletinsRequest(parent=DISTRICT)).bulletins
        ),
    )
    assert all("北塬村" in it.body for it in bulletins), bulletins
    entries = eventually(
        "four archive entries",
        lambda: (lambda it: it if len(it) == 4 else None)(
            c.ArchiveService.ListArchiveEntries(
                c.ListArchiveEntriesRequest(parent=f"{DISTRICT}/persons/-", page_size=100)
            ).archive_entries
        ),
    )
    assert {it.source for it in entries} == {f"{run.name}/results/{key}" for key in UNITS}, entries


def refused_without_a_token(channel):
    r = Suite.package(channel, "registry")
    try:
        r.DistrictService.GetDistrict(r.GetDistrictRequest(name=DISTRICT))
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.UNAUTHENTICATED, error
    else:
        raise AssertionError("somebody unknown was answered")


class Bearer(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """Sends with every call who is calling."""

    def __init__(self, token):
        self.metadata = (("authorization", f"Bearer {token}"), ("saima-purpose", "test"))

    def call(self, proceed, details, request):
        metadata = (*(details.metadata or ()), *self.metadata)
        return proceed(details._replace(metadata=metadata), request)

    intercept_unary_unary = intercept_unary_stream = call
    intercept_stream_unary = intercept_stream_stream = call


def main(address, folder):
    generate(folder)
    with grpc.insecure_channel(address, compression=grpc.Compression.Gzip) as bare:
        refused_without_a_token(bare)
        channel = grpc.intercept_channel(bare, Bearer(os.environ["SAIMA_TOKEN"]))
        second = grpc.intercept_channel(bare, Bearer(os.environ["SAIMA_APPROVER_TOKEN"]))
        reply = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
        assert reply.status == health_pb2.HealthCheckResponse.SERVING, reply
        names = ProtoReflectionDescriptorDatabase(channel).get_services()
        assert "saima.scoring.v1.RunService" in names, names
        suite = Suite(channel, second)
        scheme = define(suite)
        staff(suite)
        for month in MONTHS:
            report(suite, month)
            reconcile(suite, month)
        consequences(suite, score(suite, scheme))
    print("quarter: done")


if __name__ == "__main__":
    main(*sys.argv[1:])
