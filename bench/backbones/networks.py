"""The networks of cases.ts in PyTorch, with random values: `python networks.py FOLDER NAME...` writes NAME.onnx into it, 10 classes each.

pip install torch==2.13.0 timm==1.0.29 transformers onnx
The values come from a seed, so that the process that trains one here draws those of the file.
"""

import sys
import warnings
from pathlib import Path

import torch
from torch import nn

torch.library.Library("torchvision", "DEF").define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")


def timm_model(name: str):
    def make():
        import timm

        return timm.create_model(name, num_classes=10)

    return make


class MiniLM(nn.Module):
    """BERT of MiniLM-L6's sizes, the mean over its tokens, and a head. The mask is spelled out for the export."""

    def __init__(self):
        super().__init__()
        from transformers import BertConfig, BertModel

        config = BertConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536)
        self.bert = BertModel(config, add_pooling_layer=False)
        self.head = nn.Linear(384, 10)

    def forward(self, input_ids, attention_mask, token_type_ids):
        if torch.onnx.is_in_onnx_export():
            mask = (1.0 - attention_mask[:, None, None, :].float()) * torch.finfo(torch.float32).min
            hidden = self.bert.embeddings(input_ids=input_ids, token_type_ids=token_type_ids)
            hidden = self.bert.encoder(hidden, attention_mask=mask).last_hidden_state
        else:
            hidden = self.bert(input_ids, attention_mask, token_type_ids).last_hidden_state
        weight = attention_mask[:, :, None].float()
        return self.head((hidden * weight).sum(1) / weight.sum(1))


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(64, 256, 2, batch_first=True)
        self.head = nn.Linear(256, 10)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])
