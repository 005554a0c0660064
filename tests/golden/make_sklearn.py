"""Writes tests/fixtures/sklearn/: small models of scikit-learn as skl2onnx writes them, which Graft refuses. The training data is seeded.

pip install scikit-learn==1.9.1 skl2onnx==1.20.0 onnx==1.23.2 numpy==2.4.6 && python tests/golden/make_sklearn.py
"""

from pathlib import Path

import numpy as np
import skl2onnx
import sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

assert (sklearn.__version__, skl2onnx.__version__) == ("1.9.1", "1.20.0")

OUT = Path(__file__).parents[1] / "fixtures/sklearn"
MODELS = {
    "logistic-regression": LogisticRegression(),
    "random-forest": RandomForestClassifier(4, max_depth=3, random_state=0),
    "scaler-and-ridge": make_pipeline(StandardScaler(), Ridge()),
    "mlp": MLPClassifier((6,), max_iter=20, random_state=0),
}

rng = np.random.default_rng(0)
x = rng.standard_normal((60, 4)).astype(np.float32)
y = (x @ rng.standard_normal((4, 3))).argmax(1)
OUT.mkdir(exist_ok=True)
for name, model in MODELS.items():
    proto = skl2onnx.convert_sklearn(model.fit(x, y), name, [("x", FloatTensorType([None, 4]))])
    (OUT / f"{name}.onnx").write_bytes(proto.SerializeToString())
    print(name, len(proto.SerializeToString()), [f"{n.domain}:{n.op_type}" for n in proto.graph.node])
