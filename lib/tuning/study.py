"""The study of `tune`: Optuna behind JSON lines, one request on stdin, one answer on stdout, in order.

A trial of the tuning has an *index*, 0 to n_trials - 1, which it keeps when it is retried; Optuna's number
counts attempts. An attempt whose process died is marked FAIL and covers its index no more, so that the next
`ask` retries it with the same parameters. Which index is free follows from the stored trials alone: no kill,
wherever it falls, loses or doubles one. The sampler is made anew for each index, seeded by the study's seed
and the index, so that a resumed study of one worker asks for what it would have asked for.
"""

import hashlib
import json
import os
import signal
import socket
import sys
import threading
import uuid
import warnings

try:
    import optuna
    import sqlalchemy
except ImportError as error:
    print(json.dumps({"error": {"kind": "optuna", "message": str(error)}}), flush=True)
    sys.exit(0)

from optuna.exceptions import StorageInternalError, UpdateFinishedTrialError
from optuna.trial import TrialState, create_trial

# a trial of another machine that has not been heard of for so long is taken for dead
HEARTBEAT_SECONDS = 10
GRACE_SECONDS = 60
# PED-ANOVA compares the best tenth with all; with fewer trials that says nothing
MIN_TRIALS_FOR_IMPORTANCES = 4


def place():
    """This machine, or the part of it in which process ids mean the same."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip() + ":" + os.readlink("/proc/self/ns/pid")
    except OSError:
        return socket.gethostname()


def began(pid):
    """When the process began, as text; None when it has ended, killed and not yet waited for included."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else fields[19]
    except OSError:
        if os.path.isdir("/proc/self"):
            return None
    try:
        os.kill(pid, 0)
        return "unknown"
    except ProcessLookupError:
        return None
    except PermissionError:
        return "unknown"


class BracketsByIndex(optuna.pruners.HyperbandPruner):
    """Hyperband whose brackets follow the index of a trial, which a retry keeps."""

    def _get_bracket_id(self, study, trial):
        if not covers(trial):
            return -1
        index = trial.user_attrs.get("index", trial.number)
        return super()._get_bracket_id(study, Numbered(index))


class Numbered:
    def __init__(self, number):
        self.number = number


class Counted(optuna.study.Study):
    """A study without the attempts that count for nothing: what they reported before they died prunes none."""

    def get_trials(self, deepcopy=True, states=None):
        return [trial for trial in super().get_trials(deepcopy, states) if covers(trial)]


def make_pruner(name, n_startup_trials, n_warmup_steps, percentile):
    pruners = optuna.pruners
    if name == "none":
        return pruners.NopPruner()
    if name == "median":
        return pruners.MedianPruner(n_startup_trials, n_warmup_steps)
    if name == "percentile":
        return pruners.PercentilePruner(percentile, n_startup_trials, n_warmup_steps)
    if name == "successive_halving":
        return pruners.SuccessiveHalvingPruner(min_resource=max(1, n_warmup_steps))
    return BracketsByIndex(min_resource=max(1, n_warmup_steps))


def make_sampler(name, seed, n_startup_trials):
    samplers = optuna.samplers
    if name == "tpe":
        return samplers.TPESampler(seed=seed, n_startup_trials=n_startup_trials)
    if name == "gp":
        return samplers.GPSampler(seed=seed, n_startup_trials=n_startup_trials)
    # the points of a grid are given, and leave nothing to draw
    return samplers.RandomSampler(seed=seed)


def suggest(trial, space):
    """Draws the parameters whose conditions hold; those that conditions name come first in `space`."""
    for parameter in space:
        values = trial.params
        conditions = parameter["when"].items()
        if all(name in values and values[name] in allowed for name, allowed in conditions):
            suggest_one(trial, **parameter)


def suggest_one(trial, name, type, when, choices=None, low=None, high=None, log=False, step=None):
    if type == "categorical":
        trial.suggest_categorical(name, choices)
    elif type == "int":
        trial.suggest_int(name, low, high, log=log, step=step or 1)
    else:
        trial.suggest_float(name, low, high, log=log, step=step)


def index_of(trial):
    return trial.user_attrs.get("index")


def covers(trial):
    """Whether the trial, running or finished, makes another attempt at its index needless."""
    return trial.state != TrialState.FAIL or "failure" in trial.user_attrs


def open_storage(url):
    is_sqlite = url.startswith("sqlite")
    options = {"connect_args": {"timeout": 60}} if is_sqlite else {"pool_pre_ping": True}
    if is_sqlite:
        path = sqlalchemy.engine.make_url(url).database
        os.makedirs(os.path.dirname(path or "") or ".", exist_ok=True)
    return insist(
        lambda: optuna.storages.RDBStorage(
            url,
            engine_kwargs=options,
            heartbeat_interval=HEARTBEAT_SECONDS,
            grace_period=GRACE_SECONDS,
        )
    )


def insist(work):
    """Processes that start at once make the same tables and rows; who comes second finds them made."""
    for _ in range(4):
        try:
            return work()
        except (sqlalchemy.exc.DatabaseError, StorageInternalError):
            threading.Event().wait(0.25)
    return work()


@sqlalchemy.event.listens_for(sqlalchemy.engine.Engine, "connect")
def hasten_sqlite(connection, _):
    """A commit that waits for the disk once in a while, not four times; a kill still loses nothing."""
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")


class Tuning:
    """The study in its storage, and a copy in memory in which parameters are drawn.

    A trial is drawn in the copy and then stored at once, parameters and owner included: one commit, and no
    attempt that is half there.
    """

    def __init__(self, request):
        self.options = request
        self.storage = open_storage(request["storage"])
        name, direction = request["study"], request["direction"]
        self.study = insist(
            lambda: optuna.create_study(
                storage=self.storage, study_name=name, direction=direction, load_if_exists=True
            )
        )
        self.counted = Counted(study_name=name, storage=self.storage)
        self.memory = optuna.storages.InMemoryStorage()
        self.copy = optuna.create_study(
            storage=self.memory, study_name=name, direction=direction
        )
        self.copy_id = self.memory.get_study_id_from_name(name)
        # by number: the trial of the copy, and the attempts of this process that run
        self.copies = {}
        self.running = {}
        pid = request["pid"]
        self.owner = {"place": place(), "pid": pid, "began": began(pid)}
        # where all processes are on one machine, their ids tell who lives
        self.has_heartbeat = not request["storage"].startswith("sqlite")
        if self.has_heartbeat:
            threading.Thread(target=self.beat, daemon=True).start()

    def beat(self):
        while True:
            try:
                for trial in list(self.running.values()):
                    self.storage.record_heartbeat(trial._trial_id)
            except (sqlalchemy.exc.SQLAlchemyError, StorageInternalError):
                pass  # the next beat may come through; what the main thread asks says what is wrong
            threading.Event().wait(HEARTBEAT_SECONDS)

    def identify(self):
        """What the study was made for; the first one to ask says it."""
        known = self.study.user_attrs.get("identity")
        if known is None:
            insist(lambda: self.study.set_user_attr("identity", self.options["identity"]))
        return known or self.options["identity"]

    def list_trials(self):
        trials = self.study.get_trials(deepcopy=False)
        return [trial for trial in trials if index_of(trial) is not None]

    def list_living(self):
        """All trials, after the attempts whose process has died are marked."""
        if self.has_heartbeat:
            optuna.storages.fail_stale_trials(self.study)
        trials = self.list_trials()
        dead = [trial for trial in trials if self.is_dead(trial)]
        for trial in dead:
            self.fail(trial)
        return self.list_trials() if dead else trials

    def is_dead(self, trial):
        if trial.state != TrialState.RUNNING:
            return False
        owner = trial.user_attrs["owner"]
        return owner["place"] == self.owner["place"] and began(owner["pid"]) != owner["began"]

    def fail(self, trial):
        try:
            self.storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)
        except UpdateFinishedTrialError:
            pass  # another process was first

    def ask(self, request):
        """The next attempt; null where there is none, and then whether trials still run elsewhere."""
        while True:
            trials = self.list_living()
            covered = {index_of(trial) for trial in trials if covers(trial)}
            index = next((i for i in range(request["n_trials"]) if i not in covered), None)
            if index is None:
                is_running = any(trial.state == TrialState.RUNNING for trial in trials)
                return {"trial": None, "is_running": is_running}
            attempts = [trial for trial in trials if index_of(trial) == index]
            self.update_copy(trials)
            trial = self.store(self.draw(index, attempts), index)
            if trial is not None:
                self.running[trial.number] = trial
                attempt = {"number": trial.number, "attempt": len(attempts) + 1}
                return {"trial": {"index": index, "params": trial.params, **attempt}}

    def update_copy(self, trials):
        memory = self.memory
        for trial in trials:
            copy_id = self.copies.get(trial.number)
            if copy_id is None:
                self.copies[trial.number] = memory.create_new_trial(self.copy_id, trial)
            elif trial.state.is_finished() and not memory.get_trial(copy_id).state.is_finished():
                for step, value in trial.intermediate_values.items():
                    memory.set_trial_intermediate_value(copy_id, step, value)
                memory.set_trial_state_values(copy_id, trial.state, trial.values)

    def draw(self, index, attempts):
        """A trial of the copy with its parameters: those of an earlier attempt, a point of the grid, or new ones."""
        options = self.options
        digest = hashlib.sha256(f"{options['seed']}:{index}".encode()).digest()
        seed = int.from_bytes(digest[:4], "little")
        self.copy.pruner = make_pruner(**options["pruner"])
        self.copy.sampler = make_sampler(options["sampler"], seed, options["n_startup_trials"])
        given = options["grid"][index] if options["grid"] else {}
        given = attempts[-1].params if attempts else given
        self.copy.enqueue_trial(given, user_attrs={"index": index})
        trial = self.copy.ask()
        suggest(trial, options["space"])
        return trial

    def store(self, drawn, index):
        """The stored trial; None when another process was first at this index: the lower number wins."""
        claim = uuid.uuid4().hex
        frozen = self.memory.get_trial(drawn._trial_id)
        self.study.add_trial(
            create_trial(
                state=TrialState.RUNNING,
                params=frozen.params,
                distributions=frozen.distributions,
                user_attrs={"index": index, "owner": self.owner, "claim": claim},
                system_attrs={k: v for k, v in frozen.system_attrs.items() if k != "fixed_params"},
            )
        )
        same = [trial for trial in self.list_trials() if index_of(trial) == index]
        own = next(trial for trial in same if trial.user_attrs["claim"] == claim)
        self.copies[own.number] = drawn._trial_id
        if any(covers(trial) and trial.number < own.number for trial in same):
            self.fail(own)
            return None
        if self.has_heartbeat:
            self.storage.record_heartbeat(own._trial_id)
        return own

    def report(self, request):
        """Stores an intermediate value; whether the trial is to be pruned."""
        own = self.running[request["number"]]
        self.storage.set_trial_intermediate_value(own._trial_id, request["step"], request["value"])
        pruner = make_pruner(**self.options["pruner"])
        trial = self.storage.get_trial(own._trial_id)
        return {"prune": bool(pruner.prune(self.counted, trial))}

    def tell(self, request):
        """Finishes a trial; whether it was this process's to finish still."""
        own = self.running.pop(request["number"])
        try:
            if request["failure"] is not None:
                self.storage.set_trial_user_attr(own._trial_id, "failure", request["failure"])
            values = None if request["value"] is None else [request["value"]]
            self.storage.set_trial_state_values(own._trial_id, TrialState[request["state"]], values)
            return {"is_own": True}
        except UpdateFinishedTrialError:
            return {"is_own": False}

    def trials(self, _):
        rows = [trial for trial in self.list_trials() if covers(trial)]
        return {
            "trials": [
                {
                    "index": index_of(trial),
                    "state": trial.state.name,
                    "value": trial.value,
                    "params": trial.params,
                    "n_steps": len(trial.intermediate_values),
                    "failure": trial.user_attrs.get("failure"),
                }
                for trial in sorted(rows, key=index_of)
            ]
        }

    def importances(self, _):
        """By PED-ANOVA, over the trials that ended well; None where those are too few."""
        complete = self.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        if len(complete) < MIN_TRIALS_FOR_IMPORTANCES:
            return {"importances": None}
        return {"importances": optuna.importance.get_param_importances(self.study)}


def kind_of(error):
    """What the user can do about the error; None: it is a bug."""
    if isinstance(error, (ImportError, sqlalchemy.exc.NoSuchModuleError)):
        return "module"
    if isinstance(error, sqlalchemy.exc.ArgumentError):
        return "url"
    if isinstance(error, (sqlalchemy.exc.SQLAlchemyError, StorageInternalError, OSError)):
        return "storage"
    return None


def first_line(error):
    cause = error.__cause__ or error
    return (str(getattr(cause, "orig", None) or cause).strip() or type(cause).__name__).splitlines()[0]


def serve():
    tuning = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["op"] == "open":
                tuning = Tuning(request)
                answer = {"identity": tuning.identify()}
            else:
                answer = getattr(tuning, request["op"])(request)
        except Exception as error:
            kind = kind_of(error)
            if kind is None:
                raise
            answer = {"error": {"kind": kind, "message": first_line(error)}}
        print(json.dumps(answer), flush=True)


# Ctrl-C is the tune process's to handle; its end closes stdin
signal.signal(signal.SIGINT, signal.SIG_IGN)
warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
serve()
