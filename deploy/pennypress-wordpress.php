<?php
/*
Plugin Name: Pennypress doors
Description: For a WordPress behind Pennypress: closes what hands a post's text out beside its page, and lets a tag say who may open a post.
*/

// Feeds hold the excerpt, whatever Settings > Reading says.
add_filter('pre_option_rss_use_excerpt', fn() => '1');

// The REST API gives a post's text to those who are logged in (the block editor needs it), to others its excerpt.
add_filter('rest_prepare_post', function ($answer) {
    if (!is_user_logged_in()) {
        $data = $answer->get_data();
        unset($data['content']);
        $answer->set_data($data);
    }
    return $answer;
});

// A post tagged "free", "metered" or "premium" says so to Pennypress, before any rule.
add_action('wp_head', function () {
    foreach (is_single() ? ['premium', 'metered', 'free'] : [] as $access) {
        if (has_tag($access)) {
            echo '<meta name="pennypress" content="', $access, "\">\n";
            break;
        }
    }
});
