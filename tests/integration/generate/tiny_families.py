"""Tiny models of the public families' true classes, with random weights, as the folders that diffusers writes.

Two layers of 16 to 32 channels each: every door of an adapter is tried on the true call path in seconds.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKLCogVideoX,
    AutoencoderKLHunyuanVideo,
    AutoencoderKLHunyuanVideo15,
    AutoencoderKLMochi,
    AutoencoderKLWan,
    ClassifierFreeGuidance,
    CogVideoXDDIMScheduler,
    CogVideoXDPMScheduler,
    CogVideoXImageToVideoPipeline,
    CogVideoXPipeline,
    CogVideoXTransformer3DModel,
    DiffusionPipeline,
    FlowMatchEulerDiscreteScheduler,
    HunyuanVideo15ImageToVideoPipeline,
    HunyuanVideo15Pipeline,
    HunyuanVideo15Transformer3DModel,
    HunyuanVideoImageToVideoPipeline,
    HunyuanVideoPipeline,
    HunyuanVideoTransformer3DModel,
    LTXPipeline,
    MochiPipeline,
    MochiTransformer3DModel,
    UniPCMultistepScheduler,
    WanImageToVideoPipeline,
    WanPipeline,
    WanTransformer3DModel,
    WanVACEPipeline,
    WanVACETransformer3DModel,
)
from transformers import (
    ByT5Tokenizer,
    CLIPImageProcessor,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPVisionConfig,
    CLIPVisionModel,
    LlamaConfig,
    LlamaModel,
    LlavaConfig,
    LlavaForConditionalGeneration,
    PreTrainedTokenizerFast,
    Qwen2_5_VLTextConfig,
    Qwen2_5_VLTextModel,
    SiglipImageProcessor,
    SiglipVisionConfig,
    SiglipVisionModel,
    T5Config,
    T5EncoderModel,
    UMT5Config,
    UMT5EncoderModel,
)

TEXT = 16  # channels of the text encoders
WORDS = ["a", "red", "ball", "rolls", "left", "blue", "cube"]


def tokenizer(length: int, *special: str) -> PreTrainedTokenizerFast:
    """Return one that knows a few words; every other is unknown."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    pieces = ["[PAD]", "[EOS]", "[UNK]", *WORDS]
    made = Tokenizer(WordLevel({piece: rank for rank, piece in enumerate(pieces)}, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        model_max_length=length,
        pad_token="[PAD]",
        eos_token="[EOS]",
        unk_token="[UNK]",
        additional_special_tokens=list(special),
    )


def t5(cls: type = T5EncoderModel, config: type = T5Config) -> torch.nn.Module:
    return cls(config(vocab_size=400, d_model=TEXT, d_kv=8, d_ff=32, num_layers=2, num_heads=2))


def wan_vae(channels: int = 16) -> AutoencoderKLWan:
    return AutoencoderKLWan(
        base_dim=4,
        z_dim=channels,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        temperal_downsample=[False, True, True],
    )


def wan_parts(transformer: torch.nn.Module, **more: object) -> dict:
    return {
        "tokenizer": tokenizer(512),
        "text_encoder": t5(UMT5EncoderModel, UMT5Config),
        "vae": wan_vae(),
        "scheduler": UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=3.0
        ),
        "transformer": transformer,
        **more,
    }


def wan_transformer(cls: type = WanTransformer3DModel, channels: int = 16, **more: object) -> torch.nn.Module:
    return cls(
        patch_size=(1, 2, 2),
        num_attention_heads=2,
        attention_head_dim=12,
        in_channels=channels,
        out_channels=16,
        text_dim=TEXT,
        freq_dim=32,
        ffn_dim=64,
        num_layers=2,
        cross_attn_norm=True,
        qk_norm="rms_norm_across_heads",
        rope_max_seq_len=32,
        **more,
    )


def wan_t2v() -> WanPipeline:
    return WanPipeline(**wan_parts(wan_transformer()))


def wan22_t2v() -> WanPipeline:
    """Return one of two experts: for much and for little noise."""
    return WanPipeline(**wan_parts(wan_transformer(), transformer_2=wan_transformer()), boundary_ratio=0.875)


def wan_ti2v() -> WanPipeline:
    return WanPipeline(**wan_parts(wan_transformer()), expand_timesteps=True)


def clip_vision() -> CLIPVisionModel:
    return CLIPVisionModel(
        CLIPVisionConfig(
            hidden_size=TEXT,
            projection_dim=TEXT,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=32,
            intermediate_size=32,
            patch_size=16,
        )
    )


def wan_i2v() -> WanImageToVideoPipeline:
    """Return one whose picture embedding has places for one picture, as Wan 2.1's."""
    transformer = wan_transformer(channels=36, image_dim=TEXT, added_kv_proj_dim=24)
    processor = CLIPImageProcessor(crop_size=32, size=32)
    return WanImageToVideoPipeline(**wan_parts(transformer, image_encoder=clip_vision(), image_processor=processor))


def wan_flf2v() -> WanImageToVideoPipeline:
    """Return one without a picture embedding, as Wan 2.2's: its mask takes a last frame."""
    return WanImageToVideoPipeline(**wan_parts(wan_transformer(channels=36), image_encoder=None, image_processor=None))


def wan_vace() -> WanVACEPipeline:
    transformer = wan_transformer(WanVACETransformer3DModel, vace_layers=[0, 1], vace_in_channels=96)
    return WanVACEPipeline(**wan_parts(transformer))


def cogvideox_parts(**more: object) -> dict:
    kind = {
        "num_attention_heads": 2,
        "attention_head_dim": 16,
        "in_channels": 4,
        "out_channels": 4,
        "time_embed_dim": 8,
        "text_embed_dim": TEXT,
        "num_layers": 2,
        "sample_width": 4,
        "sample_height": 4,
        "sample_frames": 9,
        "patch_size": 2,
        "max_text_seq_length": 16,
        "use_rotary_positional_embeddings": True,
    }
    scheduler = more.pop("scheduler", None)
    return {
        "tokenizer": tokenizer(226),
        "text_encoder": t5(),
        "vae": AutoencoderKLCogVideoX(
            down_block_types=("CogVideoXDownBlock3D",) * 4,
            up_block_types=("CogVideoXUpBlock3D",) * 4,
            block_out_channels=(8, 8, 8, 8),
            latent_channels=4,
            layers_per_block=1,
            norm_num_groups=2,
            temporal_compression_ratio=4,
        ),
        "transformer": CogVideoXTransformer3DModel(**{**kind, **more}),
        "scheduler": scheduler or CogVideoXDDIMScheduler(prediction_type="v_prediction", rescale_betas_zero_snr=True),
    }


def cogvideox_t2v() -> CogVideoXPipeline:
    return CogVideoXPipeline(**cogvideox_parts())


def cogvideox_dpm() -> CogVideoXPipeline:
    """Return the 5b's solver, which goes on from what it found the step before; patches of two latent frames (1.5)."""
    scheduler = CogVideoXDPMScheduler(prediction_type="v_prediction", rescale_betas_zero_snr=True)
    return CogVideoXPipeline(**cogvideox_parts(scheduler=scheduler, patch_size_t=2, patch_bias=False))


def cogvideox_i2v() -> CogVideoXImageToVideoPipeline:
    """Return the 5b-I2V's kind: its learnt places fit one size only."""
    return CogVideoXImageToVideoPipeline(**cogvideox_parts(in_channels=8, use_learned_positional_embeddings=True))


def hunyuan_vae() -> AutoencoderKLHunyuanVideo:
    return AutoencoderKLHunyuanVideo(
        latent_channels=4,
        block_out_channels=(8, 8, 8, 8),
        layers_per_block=1,
        norm_num_groups=4,
        down_block_types=("HunyuanVideoDownBlock3D",) * 4,
        up_block_types=("HunyuanVideoUpBlock3D",) * 4,
    )


def hunyuan_transformer(**more: object) -> HunyuanVideoTransformer3DModel:
    kind = {
        "in_channels": 4,
        "out_channels": 4,
        "num_attention_heads": 2,
        "attention_head_dim": 10,
        "num_layers": 1,
        "num_single_layers": 2,
        "num_refiner_layers": 1,
        "patch_size": 2,
        "patch_size_t": 1,
        "guidance_embeds": True,
        "text_embed_dim": TEXT,
        "pooled_projection_dim": 8,
        "rope_axes_dim": (2, 4, 4),
    }
    return HunyuanVideoTransformer3DModel(**{**kind, **more})


def clip_text() -> CLIPTextModel:
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=400,
            hidden_size=8,
            intermediate_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=77,
            projection_dim=8,
            pad_token_id=0,
            eos_token_id=1,
            bos_token_id=1,
        )
    )


def llama_config() -> LlamaConfig:
    return LlamaConfig(
        vocab_size=400,
        hidden_size=TEXT,
        intermediate_size=32,
        num_hidden_layers=4,
        num_attention_heads=2,
        max_position_embeddings=1024,
        pad_token_id=0,
    )


def hunyuan_t2v() -> HunyuanVideoPipeline:
    return HunyuanVideoPipeline(
        text_encoder=LlamaModel(llama_config()),
        tokenizer=tokenizer(512),
        transformer=hunyuan_transformer(),
        vae=hunyuan_vae(),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
        text_encoder_2=clip_text(),
        tokenizer_2=tokenizer(77),
    )


def hunyuan_i2v(condition: str = "latent_concat") -> HunyuanVideoImageToVideoPipeline:
    headers = ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<image>")
    words = tokenizer(1024, *headers)
    llava = LlavaForConditionalGeneration(
        LlavaConfig(
            text_config=llama_config(),
            vision_config=CLIPVisionConfig(
                hidden_size=8,
                num_hidden_layers=2,
                num_attention_heads=2,
                intermediate_size=16,
                projection_dim=8,
                image_size=336,
                patch_size=14,
            ),
            pad_token_id=0,
            image_token_index=words.convert_tokens_to_ids("<image>"),
        )
    )
    channels = 9 if condition == "latent_concat" else 4
    return HunyuanVideoImageToVideoPipeline(
        text_encoder=llava,
        tokenizer=words,
        transformer=hunyuan_transformer(
            in_channels=channels, image_condition_type=condition, guidance_embeds=condition != "latent_concat"
        ),
        vae=hunyuan_vae(),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
        text_encoder_2=clip_text(),
        tokenizer_2=tokenizer(77),
        image_processor=CLIPImageProcessor(size=336, crop_size=336),
    )


def hunyuan_i2v_replaced() -> HunyuanVideoImageToVideoPipeline:
    return hunyuan_i2v("token_replace")


def hunyuan15_parts() -> dict:
    words = tokenizer(2048)
    words.chat_template = "{% for message in messages %}{{ message['content'] }} {% endfor %}"
    return {
        "text_encoder": Qwen2_5_VLTextModel(
            Qwen2_5_VLTextConfig(
                vocab_size=400,
                hidden_size=TEXT,
                intermediate_size=16,
                num_hidden_layers=3,
                num_attention_heads=2,
                num_key_value_heads=2,
                rope_scaling={"type": "mrope", "mrope_section": [1, 1, 2]},
                pad_token_id=0,
            )
        ),
        "tokenizer": words,
        "transformer": HunyuanVideo15Transformer3DModel(
            in_channels=9,
            out_channels=4,
            num_attention_heads=2,
            attention_head_dim=16,
            num_layers=2,
            num_refiner_layers=1,
            text_embed_dim=TEXT,
            text_embed_2_dim=TEXT,
            image_embed_dim=12,
            rope_axes_dim=(4, 6, 6),
            target_size=16,
            task_type="t2v",
        ),
        "vae": AutoencoderKLHunyuanVideo15(latent_channels=4, block_out_channels=(8, 8, 8, 8, 8), layers_per_block=1),
        "scheduler": FlowMatchEulerDiscreteScheduler(shift=5.0),
        "text_encoder_2": t5(),
        "tokenizer_2": ByT5Tokenizer(),
        "guider": ClassifierFreeGuidance(guidance_scale=6.0),
    }


def hunyuan15_t2v() -> HunyuanVideo15Pipeline:
    return HunyuanVideo15Pipeline(**hunyuan15_parts())


def hunyuan15_i2v() -> HunyuanVideo15ImageToVideoPipeline:
    vision = SiglipVisionConfig(
        hidden_size=12, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=54, patch_size=2
    )  # 729 tokens, as its own
    return HunyuanVideo15ImageToVideoPipeline(
        **hunyuan15_parts(),
        image_encoder=SiglipVisionModel(vision),
        feature_extractor=SiglipImageProcessor(size={"height": 54, "width": 54}),
    )


def sana_parts() -> dict:
    """Return SANA-Video's networks with the autoencoder of Wan, as its 480p model has them."""
    from diffusers import DPMSolverMultistepScheduler, SanaVideoTransformer3DModel
    from transformers import Gemma2Config, Gemma2Model

    encoder = Gemma2Model(
        Gemma2Config(
            vocab_size=400, hidden_size=TEXT, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
            num_key_value_heads=2, head_dim=8,
        )
    )  # fmt: skip
    return {
        "tokenizer": tokenizer(1024),
        "text_encoder": encoder,
        "vae": wan_vae(),
        "transformer": SanaVideoTransformer3DModel(
            in_channels=16, out_channels=16, num_attention_heads=2, attention_head_dim=12, num_layers=2,
            num_cross_attention_heads=2, cross_attention_head_dim=12, cross_attention_dim=24, caption_channels=TEXT,
            mlp_ratio=2.5, patch_size=(1, 2, 2), rope_max_seq_len=32,
        ),
        "scheduler": DPMSolverMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=8.0
        ),
    }  # fmt: skip


def sana_t2v() -> DiffusionPipeline:
    from diffusers import SanaVideoPipeline

    return SanaVideoPipeline(**sana_parts())


def sana_i2v() -> DiffusionPipeline:
    from diffusers import FlowMatchEulerDiscreteScheduler, SanaImageToVideoPipeline

    return SanaImageToVideoPipeline(**sana_parts() | {"scheduler": FlowMatchEulerDiscreteScheduler(shift=8.0)})


def mochi() -> MochiPipeline:
    return MochiPipeline(
        tokenizer=tokenizer(256),
        text_encoder=t5(),
        transformer=MochiTransformer3DModel(
            patch_size=2,
            num_attention_heads=2,
            attention_head_dim=16,
            num_layers=2,
            pooled_projection_dim=16,
            in_channels=12,
            text_embed_dim=TEXT,
            time_embed_dim=4,
            activation_fn="swiglu",
            max_sequence_length=256,
        ),
        vae=AutoencoderKLMochi(
            latent_channels=12,
            out_channels=3,
            encoder_block_out_channels=(32, 32, 32, 32),
            decoder_block_out_channels=(32, 32, 32, 32),
            layers_per_block=(1, 1, 1, 1, 1),
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(invert_sigmas=True, shift=1.0),
    )


def ltx() -> LTXPipeline:
    """Return LTX-Video's ratios (32 pixels, 8 frames) and its noise that is shifted by the clip's size."""
    from diffusers import AutoencoderKLLTXVideo, LTXVideoTransformer3DModel

    return LTXPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True, base_shift=0.95, max_shift=2.05),
        vae=AutoencoderKLLTXVideo(
            latent_channels=8,
            block_out_channels=(8, 8, 8, 8),
            decoder_block_out_channels=(8, 8, 8, 8),
            layers_per_block=(1, 1, 1, 1, 1),
            decoder_layers_per_block=(1, 1, 1, 1, 1),
            spatio_temporal_scaling=(True, True, True, False),
            decoder_spatio_temporal_scaling=(True, True, True, False),
            decoder_inject_noise=(False,) * 5,
            upsample_residual=(False,) * 4,
            upsample_factor=(1,) * 4,
        ),
        text_encoder=t5(),
        tokenizer=tokenizer(128),
        transformer=LTXVideoTransformer3DModel(
            in_channels=8,
            out_channels=8,
            num_attention_heads=2,
            attention_head_dim=12,
            cross_attention_dim=24,
            num_layers=2,
            caption_channels=TEXT,
        ),
    )


BUILDERS: dict[str, Callable] = {
    builder.__name__: builder
    for builder in (
        wan_t2v, wan22_t2v, wan_ti2v, wan_i2v, wan_flf2v, wan_vace, cogvideox_t2v, cogvideox_dpm, cogvideox_i2v,
        hunyuan_t2v, hunyuan_i2v, hunyuan_i2v_replaced, hunyuan15_t2v, hunyuan15_i2v, sana_t2v, sana_i2v, mochi, ltx,
    )
}  # fmt: skip


def saved(name: str, folder: Path) -> Path:
    """Build one and write it as a diffusers folder."""
    torch.manual_seed(0)
    BUILDERS[name]().save_pretrained(folder / name)
    return folder / name
