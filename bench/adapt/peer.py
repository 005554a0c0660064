"""What other toolkits make of the features that Graft adapts on: the shallow methods that their guides begin with and that end in seconds, and the one that the toolkit's own label-free scorer takes.

versions: what is used, as JSON. run ASKED ANSWER: adapts, and writes what each method predicts for the rows that are scored, and how long it took."""
import contextlib
import json
import os
import sys
import time
import warnings

import numpy as np

COMPONENTS = 50
# Above so many features, or rows, methods with cubic cost in their number take minutes.
WIDE, LONG = 2000, 1000
SEED = 1


def linear():
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=1000)


class Data:
    """Rows of both domains, and those that are scored."""

    def __init__(self, given):
        self.width = given["width"]
        self.standardised = given["standardised"]
        self.source, self.target = self.rows(given["files"]["source"]), self.rows(given["files"]["target"])
        self.held = self.rows(given["files"]["held"]) if "held" in given["files"] else self.target
        self.labels = np.array(given["labels"], dtype="int64")

    def rows(self, file):
        return np.fromfile(file, dtype="float32").reshape(-1, self.width).astype("float64")

    @property
    def wide(self):
        return self.width > WIDE

    @property
    def long(self):
        return len(self.source) + len(self.target) > LONG


class Skada:
    @staticmethod
    def versions():
        import ot
        import skada
        import sklearn

        return {"skada": skada.__version__, "POT": ot.__version__, "scikit-learn": sklearn.__version__}

    def __init__(self, data):
        self.data = data
        self.x = np.concatenate([data.source, data.target])
        self.y = np.concatenate([data.labels, np.full(len(data.target), -1)])
        self.domain = np.concatenate([np.full(len(data.source), 1), np.full(len(data.target), -2)])

    def methods(self):
        import skada
        from sklearn.preprocessing import StandardScaler

        data = self.data

        def pipeline(*steps):
            scaler = [skada.PerDomain(StandardScaler())] if data.standardised else []
            return skada.make_da_pipeline(*scaler, *steps, linear().set_fit_request(sample_weight=True))

        if data.standardised:
            yield "source only", skada.make_da_pipeline(StandardScaler(), linear().set_fit_request(sample_weight=True))
            yield "standardised by domain", pipeline()
        else:
            yield "source only", pipeline()
        yield "subspace alignment", pipeline(skada.SubspaceAlignmentAdapter(n_components=COMPONENTS))
        yield "OT", pipeline(skada.OTMappingAdapter())
        yield "entropic OT", pipeline(skada.EntropicOTMappingAdapter(norm="max", reg_e=0.01))
        yield "nearest-neighbour weights", pipeline(skada.NearestNeighborReweightAdapter())
        yield "OT label propagation", pipeline(skada.OTLabelPropAdapter())
        if not data.long:
            yield "TCA", pipeline(skada.TransferComponentAnalysisAdapter(n_components=COMPONENTS))
        if not data.wide:
            yield "CORAL", pipeline(skada.CORALAdapter())
            yield "linear OT", pipeline(skada.LinearOTMappingAdapter(reg=1e-3))

    def fit(self, estimator):
        estimator.fit(self.x, self.y, sample_domain=self.domain)

    def predict(self, estimator):
        held = self.data.held
        return estimator.predict(held, sample_domain=np.full(len(held), -2), allow_source=True)

    def score(self, estimator):
        from skada.metrics import CircularValidation

        return CircularValidation()(estimator, self.x, self.y, sample_domain=self.domain)


class Adapt:
    @staticmethod
    def versions():
        import adapt  # noqa: F401
        import sklearn
        import tensorflow
        from importlib.metadata import version

        return {"ADAPT": version("adapt"), "TensorFlow": tensorflow.__version__, "scikit-learn": sklearn.__version__}

    def __init__(self, data):
        from sklearn.preprocessing import StandardScaler

        self.data = data
        if data.standardised:
            # Each domain in units of its own, as for the others.
            scaler = StandardScaler().fit(data.target)
            self.source = StandardScaler().fit_transform(data.source)
            self.target, self.held = scaler.transform(data.target), scaler.transform(data.held)
        else:
            self.source, self.target, self.held = data.source, data.target, data.held

    def methods(self):
        from adapt.feature_based import CORAL, SA, TCA
        from adapt.instance_based import KLIEP, KMM, RULSIF, ULSIF, NearestNeighborsWeighting

        how = {"verbose": 0, "random_state": SEED}
        # Kernels as wide as the rows are apart: the default of 1 is for a few features.
        gamma = 1 / (self.data.width * self.target.var())
        gammas = [gamma / 10, gamma, 10 * gamma]
        yield "KMM", KMM(linear(), kernel="rbf", gamma=gamma, **how)
        yield "KLIEP", KLIEP(linear(), kernel="rbf", gamma=gammas, **how)
        yield "ULSIF", ULSIF(linear(), kernel="rbf", gamma=gammas, **how)
        yield "RULSIF", RULSIF(linear(), kernel="rbf", gamma=gammas, **how)
        yield "nearest-neighbour weights", NearestNeighborsWeighting(linear(), n_neighbors=5, **how)
        yield "subspace alignment", SA(linear(), n_components=COMPONENTS, **how)
        if not self.data.long:
            yield "TCA", TCA(linear(), n_components=COMPONENTS, kernel="linear", **how)
        if not self.data.wide:
            yield "CORAL", CORAL(linear(), **how)

    def fit(self, estimator):
        estimator.fit(self.source, self.data.labels, Xt=self.target)

    def predict(self, estimator):
        # Methods that map the features are told that these rows are the target's.
        mapped = hasattr(estimator, "transform")
        return estimator.predict(self.held, domain="tgt") if mapped else estimator.predict(self.held)

    def score(self, estimator):
        from adapt.metrics import reverse_validation

        return reverse_validation(estimator, self.source, self.data.labels, self.target)


PEERS = {"skada": Skada, "ADAPT": Adapt}


def versions():
    found = {}
    for name, peer in PEERS.items():
        with contextlib.suppress(ImportError):
            found[name] = peer.versions()
    print(json.dumps(found))


def run(asked, answered):
    with open(asked, encoding="utf-8") as file:
        given = json.load(file)
    peer = PEERS[given["peer"]](Data(given))
    answers, scores, failed = {}, {}, {}
    for name, estimator in peer.methods():
        began = time.perf_counter()
        try:
            peer.fit(estimator)
            told = peer.predict(estimator)
            answers[name] = {"classes": [int(k) for k in np.ravel(told)], "seconds": time.perf_counter() - began}
        except Exception as error:  # A peer that cannot is told as such.
            failed[name] = f"{type(error).__name__}: {error}"
            continue
        try:
            began = time.perf_counter()
            scores[name] = float(peer.score(estimator))
            answers[name]["choosing"] = time.perf_counter() - began
        except Exception as error:
            failed[f"choosing {name}"] = f"{type(error).__name__}: {error}"
    chosen = max(scores, key=scores.get) if scores else None
    with open(answered, "w", encoding="utf-8") as file:
        json.dump({"answers": answers, "scores": scores, "chosen": chosen, "failed": failed}, file)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.filterwarnings("ignore")
    if sys.argv[1] == "versions":
        versions()
    else:
        run(*sys.argv[2:])
