await fetch('http://outside.example/');

export {};
