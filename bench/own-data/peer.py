"""What scikit-learn makes of the rows that `graft fit` is given: the same features, the best of several models by the same validation rows.

versions: what is used, as JSON. tables FOLDER: four tables of scikit-learn as CSV. run ASKED ANSWER: trains, chooses, and writes what it predicts for the test rows.

Features of photos and texts come from the same network, run by onnxruntime, which is faster here than timm and transformers in PyTorch. Left out where they
would take many times as long as all others together: boosted trees on counts of 5,000 words, which they cannot read as sparse rows."""
import csv
import gzip
import json
import resource
import sys

import numpy as np

BATCH = 16
LONGEST = 128
STRENGTHS = [1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0]
MARGINS = [1e-3, 1e-2, 0.1, 1.0]
PENALTIES = [1e-2, 0.1, 1.0, 10.0, 100.0, 1000.0]
# Features of a split of boosted trees, where there are many: all of 1,280 would take minutes.
WIDE = 256


def versions():
    import onnxruntime
    import sklearn

    print(json.dumps({"scikit-learn": sklearn.__version__, "onnxruntime": onnxruntime.__version__}))


def tables(folder):
    from sklearn import datasets

    def write(name, columns, rows):
        with open(f"{folder}/{name}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(rows)

    digits = datasets.load_digits()
    write("optdigits", [*digits.feature_names, "digit"], [[*map(int, x), int(y)] for x, y in zip(digits.data, digits.target)])
    for name, data, label in [("breast_cancer", datasets.load_breast_cancer(), "diagnosis"), ("wine", datasets.load_wine(), "cultivar")]:
        rows = [[*map(float, x), data.target_names[y]] for x, y in zip(data.data, data.target)]
        write(name, [*(column.replace(" ", "_") for column in data.feature_names), label], rows)
    diabetes = datasets.load_diabetes(scaled=False)
    sex = diabetes.feature_names.index("sex")
    rows = [[("f" if x[i] == 1 else "m") if i == sex else float(x[i]) for i in range(len(x))] + [int(y)] for x, y in zip(diabetes.data, diabetes.target)]
    write("diabetes", [*diabetes.feature_names, "progression"], rows)


def photo(path, given):
    """As timm and torchvision do it: the shorter side resized, the centre cropped, normalised."""
    from PIL import Image, ImageOps

    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    side = given["resize"]["shorterSide"]
    w, h = image.size
    size = (side, side * h // w) if w <= h else (side * w // h, side)
    height, width = given["crop"]
    pixels = np.asarray(image.resize(size, Image.Resampling.BICUBIC))
    top, left = round((size[1] - height) / 2), round((size[0] - width) / 2)
    values = pixels[top : top + height, left : left + width].astype("float32") / 255
    return ((values - np.float32(given["mean"])) / np.float32(given["std"])).transpose(2, 0, 1)


def network(asked):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = asked["threads"]
    return onnxruntime.InferenceSession(asked["features"], options, providers=["CPUExecutionProvider"])


def photo_features(asked, rows):
    session, given = network(asked), asked["input"]
    paths = [asked["photos"][str(row)] for row in rows]
    batches = (np.stack([photo(path, given) for path in paths[i : i + BATCH]]) for i in range(0, len(paths), BATCH))
    return np.concatenate([session.run(None, {given["name"]: batch})[0] for batch in batches])


def text_features(asked, texts):
    from tokenizers import Tokenizer

    session, given = network(asked), asked["input"]
    tokenizer = Tokenizer.from_file(asked["tokenizer"])
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding()
    out = [None] * len(texts)
    # Texts of one length together: the usual way to spare padding.
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for start in range(0, len(order), BATCH):
        own = order[start : start + BATCH]
        tokens = tokenizer.encode_batch([texts[i] for i in own])
        feeds = {
            given["ids"]: [t.ids for t in tokens],
            given["mask"]: [t.attention_mask for t in tokens],
            given["types"]: [t.type_ids for t in tokens],
        }
        names = {one.name for one in session.get_inputs()}
        (rows,) = session.run(None, {name: np.array(value, dtype="int64") for name, value in feeds.items() if name in names})
        for i, row in zip(own, rows):
            out[i] = row
    return np.stack(out)


def labels_of(asked, part):
    labels = asked["parts"][part]["labels"]
    return np.array(labels, dtype="int64" if asked["task"] == "classification" else "float64")


def agreed(asked, labels):
    """The rows that this script read must be those that Graft means."""
    for name, part in asked["parts"].items():
        for row, label in zip(part["rows"], part["labels"]):
            told = asked["classes"][label] if asked["task"] == "classification" else label
            same = str(told) == labels[row] if asked["task"] == "classification" else float(labels[row]) == told
            assert same, f"{name}, row {row}: {labels[row]} is not {told}"


def read_table(asked):
    with open(asked["files"][0], newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    agreed(asked, [row[asked["label"]] for row in rows])
    return rows


def encoded(asked, rows):
    """Numbers standardised, strings as one column a value; fitted on the training rows."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    def numeric(name):
        try:
            [float(row[name]) for row in rows if row[name] != ""]
            return True
        except ValueError:
            return False

    kinds = [numeric(name) for name in asked["columns"]]
    cells = np.empty((len(rows), len(kinds)), dtype=object)
    for j, name in enumerate(asked["columns"]):
        for i, row in enumerate(rows):
            cells[i, j] = (float(row[name]) if row[name] != "" else np.nan) if kinds[j] else row[name]
    transformer = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), [j for j, n in enumerate(kinds) if n]),
            ("strings", OneHotEncoder(handle_unknown="ignore", sparse_output=False), [j for j, n in enumerate(kinds) if not n]),
        ]
    )
    parts = asked["parts"]
    transformer.fit(cells[parts["train"]["rows"]])
    return {name: transformer.transform(cells[part["rows"]]).astype("float64") for name, part in parts.items()}


def read_sparse(asked):
    """All files as one matrix; several columns of features were found by Graft as one."""
    from scipy.sparse import vstack
    from sklearn.datasets import load_svmlight_files

    loaded = load_svmlight_files([gzip.open(path) if path.endswith(".gz") else open(path, "rb") for path in asked["files"]])
    agreed(asked, [str(int(label)) for labels in loaded[1::2] for label in labels])
    whole = vstack(loaded[0::2]).tocsr()
    return {name: whole[part["rows"]] for name, part in asked["parts"].items()}


def classifiers(width, dense):
    """Name and a grid each, from simple to complex."""
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.svm import LinearSVC

    yield "logistic regression", [LogisticRegression(C=c, max_iter=1000) for c in STRENGTHS]
    yield "linear SVM", [LinearSVC(C=c, max_iter=3000) for c in MARGINS]
    yield "random forest", [RandomForestClassifier(300, n_jobs=-1, random_state=0)]
    if dense:
        yield "boosted trees", [HistGradientBoostingClassifier(max_features=min(1.0, WIDE / width / 4) if width > WIDE else 1.0, random_state=0)]
    yield "MLP", [MLPClassifier((128,), alpha=a, max_iter=300, random_state=0) for a in (1e-4, 1e-1)]


def regressors():
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.linear_model import Ridge
    from sklearn.neural_network import MLPRegressor
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVR

    def scaled(model):
        return TransformedTargetRegressor(model, transformer=StandardScaler())

    yield "ridge", [Ridge(a) for a in PENALTIES]
    yield "linear SVM", [scaled(LinearSVR(C=c, max_iter=10000, random_state=0)) for c in MARGINS]
    yield "random forest", [RandomForestRegressor(300, n_jobs=-1, random_state=0)]
    yield "boosted trees", [HistGradientBoostingRegressor(random_state=0)]
    yield "MLP", [scaled(MLPRegressor(hidden_layer_sizes=(128,), alpha=a, max_iter=300, random_state=0)) for a in (1e-4, 1e-1)]


class Choice:
    """The best by the validation rows; of equal ones the first, which is the simplest."""

    def __init__(self, asked):
        self.asked, self.scores, self.best, self.probabilities = asked, {}, None, {}
        self.train, self.validation = labels_of(asked, "train"), labels_of(asked, "validation")

    def score(self, predicted):
        if self.asked["task"] == "classification":
            return float((predicted == self.validation).mean())
        return 1 - float(((predicted - self.validation) ** 2).sum() / ((self.validation - self.validation.mean()) ** 2).sum())

    def offer(self, name, validation, test):
        self.scores[name] = self.score(validation)
        if self.best is None or self.scores[name] > self.scores[self.best[0]]:
            self.best = (name, test)

    def fit(self, name, grid, x):
        """Of a grid the best by its log loss where it has probabilities, else by what all are chosen by."""
        from sklearn.metrics import log_loss

        trained = [model.fit(x["train"], self.train) for model in grid]

        def good(model):
            if hasattr(model, "predict_proba"):
                return -log_loss(self.validation, model.predict_proba(x["validation"]), labels=model.classes_)
            return self.score(model.predict(x["validation"]))

        model = max(trained, key=good) if len(trained) > 1 else trained[0]
        self.offer(name, model.predict(x["validation"]), model.predict(x["test"]))
        return model

    def fit_all(self, x, dense=True):
        models = classifiers(x["train"].shape[1], dense) if self.asked["task"] == "classification" else regressors()
        return {name: self.fit(name, grid, x) for name, grid in models}

    def average(self, pairs):
        """Half the probabilities of each."""
        (one, a), (other, b) = pairs
        mean = {part: (one.predict_proba(a[part]) + other.predict_proba(b[part])) / 2 for part in ("validation", "test")}
        self.offer("average", *(one.classes_[mean[part].argmax(1)] for part in ("validation", "test")))


def standardised(x):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(x["train"])
    return {name: scaler.transform(part) for name, part in x.items()}


def run(asked_path, answer_path):
    from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    with open(asked_path, encoding="utf-8") as file:
        asked = json.load(file)
    parts, choice = asked["parts"], Choice(asked)
    grid = [LogisticRegression(C=c, max_iter=1000) for c in [*STRENGTHS[3:], 30.0]]
    if asked["kind"] == "image":
        choice.fit_all(standardised({name: photo_features(asked, part["rows"]) for name, part in parts.items()}))
    elif asked["kind"] == "table":
        choice.fit_all(encoded(asked, read_table(asked)))
    elif asked["kind"] == "sparse":
        from sklearn.preprocessing import MaxAbsScaler

        counts = read_sparse(asked)
        scaler, weights = MaxAbsScaler().fit(counts["train"]), TfidfTransformer().fit(counts["train"])
        plain, weighed = ({name: how.transform(part) for name, part in counts.items()} for how in (scaler, weights))
        models = choice.fit_all(plain, dense=False)
        words = choice.fit("TF-IDF", grid, weighed)
        choice.average([(models["logistic regression"], plain), (words, weighed)])
    else:
        with open(asked["files"][0], encoding="utf-8", newline="") as file:
            lines = [line for line in file.read().split("\n") if line.strip() != ""]
        agreed(asked, [line.rsplit("\t", 1)[1].strip() for line in lines])
        texts = {name: [lines[row].rsplit("\t", 1)[0] for row in part["rows"]] for name, part in parts.items()}
        features = standardised({name: text_features(asked, own) for name, own in texts.items()})
        models = choice.fit_all(features)
        vectors = TfidfVectorizer(ngram_range=(1, 2), min_df=2).fit(texts["train"])
        weighed = {name: vectors.transform(own) for name, own in texts.items()}
        words = choice.fit("TF-IDF", grid, weighed)
        choice.average([(models["logistic regression"], features), (words, weighed)])
    name, predicted = choice.best
    answer = {
        "chosen": name,
        "scores": choice.scores,
        "predicted": predicted.tolist(),
        "labels": parts["test"]["labels"],
        "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    with open(answer_path, "w", encoding="utf-8") as file:
        json.dump(answer, file)


command, *rest = sys.argv[1:]
{"versions": versions, "tables": tables, "run": run}[command](*rest)
