import { watchNewPosts } from './new_posts.ts';
import { watchPictures } from './pictures.ts';

watchPictures();
watchNewPosts();
