"""Step 6. Write the encoder as ONNX, quantise it to int8, and print how far it strays from the float model.

    python export.py ../models/polywarden-text

The graph is written by hand: the table of pieces stays int8 with one scale a row (a plain Gather), which the usual
quantiser cannot do, and products with weights become integer products with one scale a column.
"""
import json
import os
import pickle
import shutil
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

from batches import pad
from common import KEYS, WORK, options
from encoder import POSITIONS, SHIPPED, Body, freeze_rows_int8
from session import session
from train import unflatten

WIDTH, HEADS = SHIPPED.width, SHIPPED.heads


class Graph:
    def __init__(self) -> None:
        self.nodes, self.constants, self.count = [], [], 0

    def const(self, value: np.ndarray, name: str | None = None) -> str:
        self.count += 1
        name = name or f"c{self.count}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, *inputs: str, **attributes) -> str:
        self.count += 1
        out = f"v{self.count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], name=f"{kind}_{self.count}", **attributes))
        return out

    def linear(self, x: str, module: torch.nn.Linear, name: str) -> str:
        product = self.op("MatMul", x, self.const(module.weight.detach().float().numpy().T, name))
        return self.op("Add", product, self.const(module.bias.detach().float().numpy()))

    def norm(self, x: str, module: torch.nn.LayerNorm) -> str:
        return self.op("LayerNormalization", x, self.const(module.weight.detach().float().numpy()),
                       self.const(module.bias.detach().float().numpy()), epsilon=1e-12, axis=-1)

    def shaped(self, x: str, *shape: int) -> str:
        return self.op("Reshape", x, self.const(np.array(shape, dtype=np.int64)))


def heads(g: Graph, x: str) -> str:
    return g.op("Transpose", g.shaped(x, 0, 0, HEADS, WIDTH // HEADS), perm=[0, 2, 1, 3])


def layer_nodes(g: Graph, x: str, layer, bias: str, n: int) -> str:
    parts = []
    for i, name in enumerate("qkv"):
        part = torch.nn.Linear(WIDTH, WIDTH)
        part.weight.data = layer.qkv.weight.data[i * WIDTH:(i + 1) * WIDTH]
        part.bias.data = layer.qkv.bias.data[i * WIDTH:(i + 1) * WIDTH]
        if name == "q":
            part.weight.data = part.weight.data * (WIDTH // HEADS) ** -0.5
            part.bias.data = part.bias.data * (WIDTH // HEADS) ** -0.5
        parts.append(heads(g, g.linear(x, part, f"layer{n}.{name}")))
    q, k, v = parts
    weight = g.op("Softmax", g.op("Add", g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2])), bias), axis=-1)
    attended = g.shaped(g.op("Transpose", g.op("MatMul", weight, v), perm=[0, 2, 1, 3]), 0, 0, WIDTH)
    x = g.norm(g.op("Add", x, g.linear(attended, layer.out, f"layer{n}.out")), layer.norm1)
    inner = g.op("Gelu", g.linear(x, layer.up, f"layer{n}.up"))
    return g.norm(g.op("Add", x, g.linear(inner, layer.down, f"layer{n}.down")), layer.norm2)


def build(body: Body, table: torch.Tensor) -> onnx.ModelProto:
    g = Graph()
    small, scale = freeze_rows_int8(table)
    axis = lambda *a: g.const(np.array(a, dtype=np.int64))
    rows = g.op("Cast", g.op("Gather", g.const(small.numpy(), "pieces"), "input_ids"), to=TensorProto.FLOAT)
    x = g.op("Mul", rows, g.op("Gather", g.const(scale.float().numpy(), "piece_scale"), "input_ids"))
    length = g.op("Gather", g.op("Shape", "input_ids"), axis(1))
    places = g.op("Slice", g.const(body.positions.detach().float().numpy(), "positions"), axis(0), length, axis(0))
    x = g.norm(g.op("Add", x, places), body.norm)
    kept = g.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    one, far = g.const(np.array(1.0, dtype=np.float32)), g.const(np.array(-10000.0, dtype=np.float32))
    gone = g.op("Mul", g.op("Sub", one, kept), far)
    bias = g.op("Unsqueeze", gone, axis(1, 2))
    for n, layer in enumerate(body.layers):
        x = layer_nodes(g, x, layer, bias, n)
    wide = g.op("Unsqueeze", kept, axis(2))
    total = g.op("ReduceSum", g.op("Mul", x, wide), axis(1), keepdims=0)
    mean = g.op("Div", total, g.op("ReduceSum", wide, axis(1), keepdims=0))
    top = g.op("ReduceMax", g.op("Add", x, g.op("Unsqueeze", gone, axis(2))), axis(1), keepdims=0)
    pooled = g.op("Concat", mean, top, axis=-1)
    logits = g.linear(pooled, body.head, "head")
    g.nodes[-1].output[0] = "logits"
    ids = lambda name: helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])
    graph = helper.make_graph(g.nodes, "polywarden-text", [ids("input_ids"), ids("attention_mask")],
                              [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(KEYS)])], g.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], producer_name="polywarden")
    model.ir_version = 9
    onnx.checker.check_model(model)
    return model


def load(checkpoint: Path) -> tuple[Body, torch.Tensor]:
    found = torch.load(checkpoint)
    body = Body().eval()
    unflatten(body, found["master"])
    return body, found["table"]


def parity(body: Body, table: torch.Tensor, path: Path, step: int) -> dict[str, float]:
    rows = pickle.load(open(WORK / "rows.pkl", "rb"))
    held = np.flatnonzero(rows["validation"])[::step]
    tok = Tokenizer.from_file(str(WORK / "tokenizer.json"))
    tok.enable_truncation(88)
    run = session(str(path))
    gaps, same = [], []
    for i in held:
        ids = pad([tok.encode(rows["texts"][i]).ids])
        with torch.no_grad():
            exact = body(table[torch.from_numpy(ids)], torch.from_numpy(ids) >= 0)[0].numpy()[0]
        got = run.run(["logits"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
        p, q = 1 / (1 + np.exp(-exact)), 1 / (1 + np.exp(-got))
        gaps.append(np.abs(p - q))
        same.append((p[0] > 0.5) == (q[0] > 0.5))
    return {"texts": len(held), "mean_gap": float(np.mean(gaps)), "p99_gap": float(np.quantile(gaps, 0.99)), "same_decision": float(np.mean(same))}


def write_config(folder: Path) -> None:
    config = {
        "architectures": ["BertForSequenceClassification"], "model_type": "bert", "hidden_size": WIDTH, "num_hidden_layers": SHIPPED.layers,
        "num_attention_heads": HEADS, "intermediate_size": SHIPPED.inner, "max_position_embeddings": POSITIONS, "hidden_act": "gelu",
        "vocab_size": Tokenizer.from_file(str(WORK / "tokenizer.json")).get_vocab_size(), "pad_token_id": 0, "type_vocab_size": 1,
        "problem_type": "multi_label_classification", "id2label": {str(i): k for i, k in enumerate(KEYS)},
        "label2id": {k: i for i, k in enumerate(KEYS)},
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    tokenizer = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": POSITIONS, "pad_token": "[PAD]", "unk_token": "[UNK]",
                 "cls_token": "[CLS]", "sep_token": "[SEP]", "clean_up_tokenization_spaces": False}
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer, indent=1) + "\n")
    shutil.copy(WORK / "tokenizer.json", folder / "tokenizer.json")


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--checkpoint", type=Path, default=WORK / "run" / "last.pt")
    parser.add_argument("--parity-step", type=int, default=67, help="every so many validation rows are compared")
    args = parser.parse_args()
    torch.set_num_threads(1)
    body, table = load(args.checkpoint)
    (args.folder / "onnx").mkdir(parents=True, exist_ok=True)
    full, small = WORK / "full.onnx", args.folder / "onnx" / "model_quantized.onnx"
    onnx.save(build(body, table), str(full))
    quantize_dynamic(str(full), str(small), op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QInt8,
                     extra_options={"MatMulConstBOnly": True})
    write_config(args.folder)
    print("float graph", parity(body, table, full, args.parity_step * 8))
    found = parity(body, table, small, args.parity_step)
    print("int8 graph", found, "bytes", small.stat().st_size)
    (WORK / "parity.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main()
