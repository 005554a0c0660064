"""Writes tokens.json: token ids that Hugging Face's `tokenizers` gives for sentences of several languages, with small tokenisers trained on the same.

pip install tokenizers==0.23.3 sentencepiece==0.2.3 && python tests/golden/make_golden_tokens.py > tests/golden/tokens.json

The first, WordPiece, is that of packages/all-minilm-l6-v2 and is not repeated in the file. With a file of sentences as argument, one a line, it
writes ids for all of those instead, and larger tokenisers (bench/tokens).
"""

import json
import sys
from pathlib import Path

import tokenizers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

ROOT = Path(__file__).resolve().parent.parent.parent
SENTENCES = [
    "The quick brown fox didn't jump over 12,345 lazy dogs… it slept!",
    "Waziri mkuu alisema kuwa mkutano huo utafanyika kesho mjini Nairobi, naye rais atahudhuria.",
    "Omukulembeze w'eggwanga yategeezezza nti abantu 300 be baakosebwa.",
    "UMengameli uthe abantu kufanele bahlale ezindlini zabo ngoMsombuluko.",
    "Ba ne ba re go na le bothata jo bo tseneletseng mo kgaolong eo.",
    "Café crème, naïve façade — Ångström, ﬁne ½ ² Ⅷ ㎏ ＡＢＣ",
    "東京は日本の首都です。 北京是中国的首都。서울은 한국의 수도이다.",
    "Привет, мир! Γειά σου Κόσμε. שלום עולם مرحبا بالعالم नमस्ते दुनिया",
    "emoji 👩‍👩‍👧 🏳️‍🌈 and  double  spaces\tand tabs, e-mail me@example.org http://x.y/z?q=1",
    "",
    " leading and trailing ",
    "<s> [MASK] [SEP] </s> <unk>",
]


def trained(name: str, corpus: list, vocabulary: int) -> Tokenizer:
    if name == "BPE of bytes":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(vocab_size=vocabulary, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
        tokenizer.train_from_iterator(corpus, trainer)
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    elif name == "BPE of characters with bytes to fall back on":
        tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
        bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
        trainer = trainers.BpeTrainer(vocab_size=vocabulary, special_tokens=["<unk>", "<s>", "</s>", *bytes_], limit_alphabet=150, show_progress=False)
        tokenizer.train_from_iterator(corpus, trainer)
        # The bytes must be plain vocabulary; trained as special ones they would be found in texts.
        stored = json.loads(tokenizer.to_str())
        stored["added_tokens"] = stored["added_tokens"][:3]
        tokenizer = Tokenizer.from_str(json.dumps(stored))
        tokenizer.post_processor = processors.TemplateProcessing("<s> $A", "<s> $A <s> $B:1", [("<s>", 1)])
    elif name == "BPE after a pattern":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.normalizer = normalizers.NFC()
        pattern = Regex(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(pattern, "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        trainer = trainers.BpeTrainer(vocab_size=vocabulary, special_tokens=["<|end|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
        tokenizer.train_from_iterator(corpus, trainer)
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    else:
        tokenizer = unigram(corpus, vocabulary)
    return tokenizer


def unigram(corpus: list, vocabulary: int) -> Tokenizer:
    """As XLM-R's and T5's: SentencePiece's own normalisation, spaces as ▁."""
    import io

    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    file = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(corpus), model_writer=file, vocab_size=vocabulary, model_type="unigram",
                                             character_coverage=0.995, hard_vocab_limit=False, num_threads=1, minloglevel=2)
    model = sentencepiece_model_pb2.ModelProto.FromString(file.getvalue())
    tokenizer = Tokenizer(models.Unigram([(piece.piece, piece.score) for piece in model.pieces], unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Precompiled(model.normalizer_spec.precompiled_charsmap), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", "<s> $A </s> </s> $B </s>", [("<s>", 1), ("</s>", 2)])
    return tokenizer


def main() -> None:
    sentences = Path(sys.argv[1]).read_text(encoding="utf-8").split("\n") if len(sys.argv) > 1 else SENTENCES
    large = len(sys.argv) > 1
    corpus = [sentence for sentence in sentences if sentence]
    entries = []
    for name in ["WordPiece", "BPE of bytes", "BPE of characters with bytes to fall back on", "BPE after a pattern", "Unigram"]:
        if name == "WordPiece":
            tokenizer = Tokenizer.from_file(str(ROOT / "packages/all-minilm-l6-v2/tokenizer.json"))
        else:
            tokenizer = trained(name, corpus, 8000 if large else 450)
        tokenizer.no_padding()
        tokenizer.no_truncation()
        stored = None if name == "WordPiece" else json.loads(tokenizer.to_str())
        ids = [encoding.ids for encoding in tokenizer.encode_batch(sentences)]
        pairs = []
        for length in (12, 13, 40):
            tokenizer.enable_truncation(length)
            encoding = tokenizer.encode(sentences[0], sentences[1])
            pairs.append({"maxLength": length, "ids": encoding.ids, "types": encoding.type_ids})
        entries.append({"name": name, "tokenizer": stored, "ids": ids, "pairs": pairs})
    json.dump({"versions": {"tokenizers": tokenizers.__version__}, "sentences": sentences, "tokenizers": entries}, sys.stdout, ensure_ascii=False)
    print()


main()
