import { watchPictures } from './pictures.ts';

watchPictures();
