"""What skada makes of the features that Graft adapts on: each of its shallow methods as its examples have them, and the one that its own label-free scorer takes.

versions: what is used, as JSON. run ASKED ANSWER: adapts, and writes what each method predicts for the rows that are scored, and how long it took."""
import json
import sys
import time
import warnings

import numpy as np

COMPONENTS = 50
# Above so many features, or rows, methods with cubic cost in their number take minutes.
WIDE, LONG = 2000, 1000


def versions():
    import ot
    import skada
    import sklearn

    print(json.dumps({"skada": skada.__version__, "POT": ot.__version__, "scikit-learn": sklearn.__version__}))


def methods(width, length, standardised):
    import skada
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    def linear():
        return LogisticRegression(max_iter=1000).set_fit_request(sample_weight=True)

    def pipeline(*steps):
        return skada.make_da_pipeline(*([skada.PerDomain(StandardScaler())] if standardised else []), *steps, linear())

    if standardised:
        yield "source only", skada.make_da_pipeline(StandardScaler(), linear())
        yield "standardised by domain", pipeline()
    else:
        yield "source only", pipeline()
    yield "subspace alignment", pipeline(skada.SubspaceAlignmentAdapter(n_components=COMPONENTS))
    yield "OT", pipeline(skada.OTMappingAdapter())
    yield "entropic OT", pipeline(skada.EntropicOTMappingAdapter(norm="max", reg_e=0.01))
    yield "nearest-neighbour weights", pipeline(skada.NearestNeighborReweightAdapter())
    yield "OT label propagation", pipeline(skada.OTLabelPropAdapter())
    if length <= LONG:
        yield "TCA", pipeline(skada.TransferComponentAnalysisAdapter(n_components=COMPONENTS))
    if width <= WIDE:
        yield "CORAL", pipeline(skada.CORALAdapter())
        yield "linear OT", pipeline(skada.LinearOTMappingAdapter(reg=1e-3))


def run(asked, answered):
    from skada.metrics import CircularValidation

    with open(asked, encoding="utf-8") as file:
        given = json.load(file)
    width = given["width"]

    def rows(name):
        return np.fromfile(given["files"][name], dtype="float32").reshape(-1, width).astype("float64")

    source, target = rows("source"), rows("target")
    x = np.concatenate([source, target])
    y = np.concatenate([np.array(given["labels"], dtype="int64"), np.full(len(target), -1)])
    domain = np.concatenate([np.full(len(source), 1), np.full(len(target), -2)])
    held = rows("held") if "held" in given["files"] else target
    answers, scores, failed = {}, {}, {}
    for name, estimator in methods(width, len(x), given["standardised"]):
        began = time.perf_counter()
        try:
            estimator.fit(x, y, sample_domain=domain)
            told = estimator.predict(held, sample_domain=np.full(len(held), -2), allow_source=True)
            answers[name] = {"classes": [int(k) for k in told], "seconds": time.perf_counter() - began}
        except Exception as error:  # A peer that cannot is told as such.
            failed[name] = f"{type(error).__name__}: {error}"
            continue
        try:
            began = time.perf_counter()
            scores[name] = float(CircularValidation()(estimator, x, y, sample_domain=domain))
            answers[name]["choosing"] = time.perf_counter() - began
        except Exception as error:
            failed[f"choosing {name}"] = f"{type(error).__name__}: {error}"
    chosen = max(scores, key=scores.get) if scores else None
    with open(answered, "w", encoding="utf-8") as file:
        json.dump({"answers": answers, "scores": scores, "chosen": chosen, "failed": failed}, file)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    if sys.argv[1] == "versions":
        versions()
    else:
        run(*sys.argv[2:])
