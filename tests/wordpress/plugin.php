<?php
/*
Plugin Name: What plugins add
Description: For the tests: a print view, an AMP twin, more posts by a script, a newsletter's page and a calendar of posts.
*/

// Readers of one test may write at once: WordPress takes one comment in fifteen seconds from an address.
add_filter('comment_flood_filter', '__return_false');

// A print view without the theme, as print plugins have it: it names no canonical address.
add_action('template_redirect', function () {
    if (is_singular() && isset($_GET['print'])) {
        the_post();
        echo '<!doctype html><html><head><meta charset="utf-8"><title>', get_the_title(), '</title></head><body><h1>',
            get_the_title(), '</h1><div class="print">', apply_filters('the_content', get_the_content()), '</div></body></html>';
        exit;
    }
});

// An AMP twin at ?amp, which names the post as its canonical address.
add_action('template_redirect', function () {
    if (is_singular() && isset($_GET['amp'])) {
        the_post();
        echo '<!doctype html><html amp><head><meta charset="utf-8"><link rel="canonical" href="', get_permalink(),
            '"><title>', get_the_title(), '</title></head><body><article><h1>', get_the_title(), '</h1>',
            apply_filters('the_content', get_the_content()), '</article></body></html>';
        exit;
    }
});

// Posts as a theme's script asks for them when a reader comes to the end of the page: markup, or JSON that holds it.
function tests_more_posts(): string {
    $markup = '';
    foreach (get_posts(['numberposts' => 9, 'offset' => (int) ($_REQUEST['offset'] ?? 0)]) as $post) {
        $markup .= '<article><h2><a href="' . get_permalink($post) . '">' . get_the_title($post) . '</a></h2>'
            . apply_filters('the_content', $post->post_content) . '</article>';
    }
    return $markup;
}
foreach (['wp_ajax_', 'wp_ajax_nopriv_'] as $kind) {
    add_action($kind . 'more_markup', function () { echo tests_more_posts(); wp_die(); });
    add_action($kind . 'more_json', function () { wp_send_json_success(tests_more_posts()); });
    add_action($kind . 'more_text', function () { echo wp_json_encode(['posts' => tests_more_posts()]); wp_die(); });
}

// A letter's page in the browser, a table for a partner, and a shortened address.
add_action('init', function () {
    $asked = $_GET['tests'] ?? '';
    if ($asked === 'letter') {
        echo '<!doctype html><html><head><title>This week</title></head><body><p>Dear readers,</p>', tests_more_posts(), '</body></html>';
        exit;
    }
    if ($asked === 'table') {
        header('Content-Type: text/csv');
        foreach (get_posts(['numberposts' => 9]) as $post) {
            echo $post->ID, ',"', str_replace('"', '""', wp_strip_all_tags($post->post_content)), "\"\n";
        }
        exit;
    }
});
